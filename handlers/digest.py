"""`/digest` and its pages; and a word where one may have been lost."""

from telegram import Message, Update

from handlers.asking import asker
from handlers.context import Context
from handlers.replies import replace, say, toast, working
from handlers.rights import place_of
from handlers.views import digests, pages
from handlers.views.buttons import understand
from handlers.wording import wording_for
from storage.places import Place


async def digest(update: Update, context: Context) -> None:
    """Say now what the weekly message would say."""
    message = update.effective_message
    if message is None:
        return
    wording = await context.wording(update)
    place = place_of(message)
    async with working(update, context):
        told = await context.services.subscriptions.digest(place, asker(update, "digest"))
    if told.entries:
        await say(message, digests.digest(told, 0, context.services.clock(), wording))
    else:
        await say(message, pages.nobody_followed(wording, context.services.example))


async def press_page(update: Update, context: Context) -> None:
    """Turn a page, in the language the message was written in."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    number, _, page = press.argument.partition("_")
    told = None
    if number.isdecimal() and page.isdecimal():
        subscriptions = context.services.subscriptions
        async with working(update, context):
            place, who = place_of(query.message), asker(update, "digest")
            told = await subscriptions.stored_digest(place, int(number[:9]), who)
    if told is None:
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
        return
    await toast(query)
    wording = wording_for(press.language)
    shown = digests.digest(told, int(page[:4]), told.at or context.services.clock(), wording)
    await replace(query, shown)


async def offer(update: Update, context: Context) -> None:
    """With the next word after a broken connection: something may not have arrived."""
    message = update.effective_message
    if message is None:
        return
    delivery = context.delivery
    place = place_of(message)
    for where in {place, Place(place.chat_id)} & delivery.doubted:
        doubts, wording = await delivery.mention(where), await context.wording(update)
        if doubts.messages:
            number = next(filter(None, doubts.messages), None) if where == place else None
            await say(message, digests.may_be_lost(number, wording))
        if doubts.answer:
            await say(message, pages.may_be_unanswered(wording))
