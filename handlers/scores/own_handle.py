"""“That’s me”: a person says which handle is theirs; another one is replaced when they confirm."""

from handlers.context import Context
from handlers.incoming.requests import Press
from handlers.outgoing.replies import replace, say, toast
from handlers.scores import lookup
from scoring.reading.handles import key
from views import own_handle_messages
from views.groups import joining_messages


async def press_link(press: Press[str], context: Context) -> None:
    """Remember in this chat that the handle is the presser's own; ask before it replaces one."""
    person, wording, handle = press.query.from_user, press.wording, press.argument
    own = await lookup.own_handle(press, context)
    if own and key(own) != key(handle):
        await toast(press.query)
        question = own_handle_messages.replace_question(person, own, handle, wording)
        await say(press.message, question)
        return
    await context.services.chats.link(press.message.chat_id, person.id, handle)
    await toast(press.query, own_handle_messages.linked(handle, wording))


async def press_replace(press: Press[str], context: Context) -> None:
    """Replace the presser's own handle, or keep it: the answer to their own question."""
    person, wording, handle = press.query.from_user, press.wording, press.argument
    asked = {each.user.id for each in press.message.entities if each.user}
    if not press.private and person.id not in asked:
        await toast(press.query, joining_messages.not_yours(wording), alert=True)
        return
    await toast(press.query)
    if not handle:
        await replace(press.query, joining_messages.kept(wording))
        return
    await context.services.chats.link(press.message.chat_id, person.id, handle)
    await replace(press.query, own_handle_messages.replaced(handle, wording))
