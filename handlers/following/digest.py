"""`/digest` and its pages, and the notice that a message may have been lost."""

from handlers.context import Context
from handlers.incoming.button_arguments import DigestPage
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing import picture_replies
from handlers.outgoing.replies import replace, say, toast, working
from services.visibility import seen
from storage.chats.places import Place
from views import pages
from views.following import alert_messages, digest_messages
from views.pictures.illustrations import week


async def digest(command: Command, context: Context) -> None:
    """Show what the weekly digest would say now."""
    services, wording = context.services, command.wording
    async with working(command, context):
        contents = await services.subscriptions.digest(command.place, command.requester("digest"))
    if not contents.entries:
        await say(command.message, pages.nobody_followed(wording, services.example))
        return
    page, card = digest_messages.digest(contents, services.clock(), wording), week(contents)
    if card is None:
        await say(command.message, page)
    else:
        await picture_replies.illustrated(command, context, card, page)
    await services.subscriptions.told(command.place, contents)


async def press_page(press: Press[DigestPage], context: Context) -> None:
    """Show all of a digest, in the language of the message."""
    services, number = context.services, press.argument.number
    async with working(press, context):
        contents = await services.subscriptions.stored_digest(
            press.place, number, press.requester("digest")
        )
    if contents is None:
        raise OldButton
    await toast(press.query)
    now = contents.at or services.clock()
    await replace(press.query, digest_messages.digest(contents, now, press.as_written))


async def offer(to: Interaction, context: Context) -> None:
    """Tell a chat, at its next message, that an earlier message may not have arrived."""
    delivery, place = context.delivery, to.place
    for where in {place, Place(place.chat_id)} & delivery.doubted:
        doubts = await delivery.mention(where)
        if doubts.messages:
            number = next(filter(None, doubts.messages), None) if where == place else None
            await say(to.message, digest_messages.may_be_lost(number, to.wording))
        for handle in doubts.alerts:
            await _late(to, context, where, handle)
        if doubts.answer:
            await say(to.message, pages.may_be_unanswered(to.wording))


async def _late(to: Interaction, context: Context, place: Place, handle: str) -> None:
    """Tell where an account stands whose alert could not be sent, unless the place knows."""
    services = context.services
    reading = seen(await services.reader.stored(handle), to.audience)
    if reading is None:
        return
    step = await services.told.step(place, reading)
    if step.change is not None and step.change.difference and not step.known:
        await say(to.message, alert_messages.late(step, to.wording))
        await services.told.answered(place, {reading.account_id: step})
