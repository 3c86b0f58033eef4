"""`/prove` and `/hide`: a user proves that an account is theirs, and hides it."""

from telegram import User

from handlers.context import Context
from handlers.incoming.requests import Command, Press
from handlers.outgoing.replies import replace, say, toast, working
from handlers.scores import lookup
from scoring.reading import handles
from scoring.reading.errors import ScoringError
from scoring.reading.handles import Request
from services.ownership import Proof
from storage.accounts.claims import NoCodeError
from views import OutgoingMessage, pages
from views.groups import ownership_messages
from views.remarks import not_used, with_remarks
from views.scores.score_messages import apology

_OFF = frozenset(("off", "no", "non"))


async def prove(command: Command, context: Context) -> None:
    """Answer `/prove @h` with the code that the account's bio has to show."""
    request = await _request(command, context)
    if person := await _one_account(command, request):
        if request.handles:
            outcome = await _code(command, context, person, request.handles[0])
        else:
            outcome = ownership_messages.how_to_prove(command.wording)
        await say(command.message, with_remarks(outcome, not_used(request, command.wording)))


async def press_prove(press: Press[str], context: Context) -> None:
    """Read the bio for the code, at most once in a while: each read costs money."""
    query, handle, wording = press.query, press.argument, press.wording
    try:
        who = press.requester("prove")
        proved = await context.services.ownership.prove(query.from_user.id, handle, who)
    except NoCodeError:
        await toast(query, ownership_messages.no_code(handle, wording), alert=True)
        return
    except ScoringError as error:
        await toast(query)
        await say(press.message, apology(error, wording))
        return
    if proved in {Proof.PROVED, Proof.PROVED_AND_HIDDEN}:
        await toast(query)
        hidden = proved is Proof.PROVED_AND_HIDDEN
        await replace(query, ownership_messages.proved(handle, wording, hidden=hidden))
    else:
        looked = proved is Proof.NO_CODE_THERE
        told = ownership_messages.not_proved(handle, wording, looked=looked)
        await toast(query, told, alert=True)


async def hide(command: Command, context: Context) -> None:
    """Answer `/hide @h` and `/hide @h off`, for the account's proven owner only."""
    wording = command.wording
    request = await _request(command, context)
    if person := await _one_account(command, request):
        outcome = ownership_messages.how_to_hide(wording)
        for handle in request.handles:
            hidden = not request.words
            if not await context.services.ownership.hide(person.id, handle, hidden=hidden):
                outcome = ownership_messages.prove_first(handle, wording)
            elif hidden:
                outcome = ownership_messages.hidden(handle, wording)
            else:
                outcome = ownership_messages.shown_again(handle, wording)
        await say(command.message, with_remarks(outcome, not_used(request, wording)))


async def _one_account(command: Command, request: Request) -> User | None:
    """Return the user, if they are known and name at most one account; else say why not."""
    person = command.person
    if person is None:
        await say(command.message, pages.nobody_in_particular(command.wording))
        return None
    if len(request.handles) > 1:
        await say(command.message, pages.one_at_a_time(command.wording))
        return None
    return person


async def _code(command: Command, context: Context, person: User, handle: str) -> OutgoingMessage:
    try:
        who = command.requester("prove")
        async with working(command, context):
            code = await context.services.ownership.code(person.id, handle, who)
    except ScoringError as error:
        return apology(error, command.wording)
    return ownership_messages.show_code(handle, code, command.wording)


async def _request(command: Command, context: Context) -> Request:
    """Return what the command names; the user's own handle when it names nothing."""
    request = handles.parse(command.text, words=_OFF)
    if request.handles or request.unknown:
        return request
    own = await lookup.own_handle(command, context)
    return request._replace(handles=(own,) if own else ())
