"""`/follow`, `/unfollow`, `/following`: the accounts in a chat's weekly digest."""

from handlers.context import Context
from handlers.incoming.button_arguments import OnPage
from handlers.incoming.permissions import allowed
from handlers.incoming.requests import Command, Interaction, Press
from handlers.outgoing.replies import prompt, replace, say, toast, working
from scoring.reading import handles
from scoring.reading.handles import Request
from views import OutgoingMessage, pages
from views.buttons import Action, actions
from views.following import following_messages as views
from views.prompts import Question
from views.remarks import not_used, with_remarks


async def follow(command: Command, context: Context) -> None:
    """Answer `/follow @h …`; bare, ask for a handle."""
    request = handles.parse(command.text)
    if not request.handles:
        await prompt(command, Question.FOLLOW, request=request)
    elif await allowed(command, context):
        await _follow(command, context, request)


async def unfollow(command: Command, context: Context) -> None:
    """Answer `/unfollow @h …`; bare, show the accounts followed."""
    request, wording = handles.parse(command.text), command.wording
    if not request.handles:
        accounts = await _list(command, context, 0)
        await say(command.message, with_remarks(accounts, not_used(request, wording)))
    elif await allowed(command, context):
        subscriptions = context.services.subscriptions
        gone = await subscriptions.unfollow(command.place, request.handles)
        confirmation = views.unfollowed(gone, wording)
        await say(command.message, with_remarks(confirmation, not_used(request, wording)))


async def following(command: Command, context: Context) -> None:
    """Show the accounts that the chat follows."""
    await say(command.message, await _list(command, context, 0))


async def press_follow(press: Press[str], context: Context) -> None:
    """Follow the account of a button."""
    await toast(press.query)
    await _follow(press, context, Request((press.argument,)))


async def press_unfollow(press: Press[OnPage], context: Context) -> None:
    """Unfollow the account of a button; if the message is the list, update it."""
    handle, page = press.argument
    gone = await context.services.subscriptions.unfollow(press.place, [handle])
    await toast(press.query)
    if _is_list(press):
        left = gone[0] if gone else ""
        await replace(press.query, await _list(press, context, page, just_left=left))
    else:
        await say(press.message, views.unfollowed(gone, press.wording))


async def press_following(press: Press[int], context: Context) -> None:
    """Turn a page of the list; from another message, show the list below."""
    await toast(press.query)
    accounts = await _list(press, context, press.argument)
    if _is_list(press):
        await replace(press.query, accounts)
    else:
        await say(press.message, accounts)


def _is_list(press: Press[OnPage] | Press[int]) -> bool:
    """Whether the button's message is the list of accounts followed, judged by its buttons."""
    there = actions(press.message)
    return Action.UNFOLLOW in there and not there & {Action.LESS, Action.WHY}


async def _follow(to: Interaction, context: Context, request: Request) -> None:
    """Follow the accounts of a request."""
    services, who = context.services, to.requester("follow")
    async with working(to, context):
        outcome = await services.subscriptions.follow(to.place, request.handles, who)
    await services.chats.note_spoken(to.message.chat_id, to.wording.language)
    await say(to.message, views.followed(outcome, request, to.wording))


async def _list(
    to: Interaction, context: Context, page: int, *, just_left: str = ""
) -> OutgoingMessage:
    subscriptions = context.services.subscriptions
    follows = await subscriptions.following.of(to.place)
    schedule = await subscriptions.schedule(to.place)
    if not follows and not just_left:
        return pages.nobody_followed(to.wording, context.services.example)
    return views.following(follows, schedule, page, to.wording, just_left=just_left)
