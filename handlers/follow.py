"""`/follow`, `/unfollow`, `/following`: whom a chat hears of every week."""

from telegram import Message, Update

from handlers.asking import asker
from handlers.context import Context
from handlers.replies import replace, say, toast, working
from handlers.rights import allowed, place_of
from handlers.views import Reply, pages, prompts, scores
from handlers.views import following as views
from handlers.views.buttons import Action, understand
from handlers.views.prompts import Question
from scoring import handles
from storage.places import Place


async def follow(update: Update, context: Context) -> None:
    """`/follow @h …`; bare, ask for one."""
    message = update.effective_message
    if message:
        await take_follow(update, context, message, " ".join(context.args or ()))


async def take_follow(update: Update, context: Context, message: Message, text: str) -> None:
    """Follow whoever a text names."""
    request = handles.parse(text)
    wording = await context.wording(update)
    if not request.handles:
        if request.rejected:
            now = context.services.clock()
            await say(message, scores.answer(request, (), now, wording, ask_whose=False))
        else:
            private = message.chat.type == message.chat.PRIVATE
            await say(message, prompts.ask(wording, Question.FOLLOW, private=private))
        return
    if not await allowed(update, context):
        return
    place, who = place_of(message), asker(update, "follow")
    async with working(update, context):
        told = await context.services.subscriptions.follow(place, request.handles, who)
    await context.services.chats.note_spoken(message.chat_id, wording.language)
    await say(message, views.followed(told, request, wording))


async def unfollow(update: Update, context: Context) -> None:
    """`/unfollow @h …`; bare, show whom."""
    message = update.effective_message
    if message is None:
        return
    request = handles.parse(" ".join(context.args or ()))
    if not request.handles:
        await following(update, context)
    elif await allowed(update, context):
        place = place_of(message)
        gone = await context.services.subscriptions.unfollow(place, request.handles)
        await say(message, views.unfollowed(gone, await context.wording(update)))


async def following(update: Update, context: Context) -> None:
    """Show whom the chat follows."""
    if message := update.effective_message:
        await say(message, await _list(update, context, place_of(message), 0))


async def press_follow(update: Update, context: Context) -> None:
    """Follow the account of a button."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    if not handles.is_handle(press.argument):
        await toast(query, pages.old_button(await context.wording(update)), alert=True)
    elif await allowed(update, context):
        await toast(query)
        await take_follow(update, context, query.message, f"@{press.argument}")


async def press_unfollow(update: Update, context: Context) -> None:
    """Let the account of a button go; a list of those followed is brought up to date."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    if await allowed(update, context):
        place = place_of(query.message)
        name, _, page = press.argument.partition("/")
        gone = await context.services.subscriptions.unfollow(place, [name])
        await toast(query)
        if _is_list(query.message):
            left, number = gone[0] if gone else "", int(page[:4]) if page.isdecimal() else 0
            await replace(query, await _list(update, context, place, number, just_left=left))
        else:
            await say(query.message, views.unfollowed(gone, await context.wording(update)))


async def press_following(update: Update, context: Context) -> None:
    """Turn a page of the list; from another message, show it below."""
    query = update.callback_query
    press = understand(query.data) if query else None
    if query is None or press is None or not isinstance(query.message, Message):
        return
    await toast(query)
    page = int(press.argument) if press.argument.isdecimal() else 0
    shown = await _list(update, context, place_of(query.message), page)
    if _is_list(query.message):
        await replace(query, shown)
    else:
        await say(query.message, shown)


def _is_list(message: Message) -> bool:
    """Whether a message shows whom the chat follows, by its buttons."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    presses = [understand(str(one.callback_data)) for row in rows for one in row]
    actions = {press.action for press in presses if press}
    return Action.UNFOLLOW in actions and not actions & {Action.LESS, Action.WHY}


async def _list(
    update: Update, context: Context, place: Place, page: int, *, just_left: str = ""
) -> Reply:
    subscriptions = context.services.subscriptions
    wording = await context.wording(update)
    follows = await subscriptions.following.of(place)
    schedule = await subscriptions.schedule(place)
    if not follows and not just_left:
        return pages.nobody_followed(wording, context.services.example)
    return views.following(follows, schedule, page, wording, just_left=just_left)
