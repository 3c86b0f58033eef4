"""`/privacy`, `/export` and `/forget_me`: what is stored of a user."""

from telegram import User

from handlers.context import Context
from handlers.incoming.requests import Command, Interaction, OldButton, Press
from handlers.outgoing.asides import say_aside
from handlers.outgoing.replies import replace, say, toast
from views import pages, privacy_pages
from views.scores import receipt_files


async def privacy(command: Command, context: Context) -> None:
    """Show what is stored."""
    del context
    await say(command.message, privacy_pages.privacy(command.wording))


async def export(command: Command, context: Context) -> None:
    """Send a user all that is stored of them; only in private, where no other user reads it."""
    await _export(command, context)


async def forget_me(command: Command, context: Context) -> None:
    """Ask whether to erase all that is stored of a user; in private, since that chat goes too."""
    if await _in_private(command, context):
        hidden: list[str] = []
        if command.person is not None:
            hidden = await context.services.stores.personal_data.hides(command.person.id)
        await say(command.message, privacy_pages.erase_question(hidden, command.wording))


async def press_erase(press: Press[str], context: Context) -> None:
    """Erase at once all that is stored of a user, as the user confirmed; or keep it."""
    if not press.private:
        raise OldButton
    await toast(press.query)
    if press.argument == "no":
        await replace(press.query, privacy_pages.kept(press.wording))
        return
    person, services = press.query.from_user, context.services
    schedule = await services.subscriptions.schedule(press.place)
    alerts = await services.subscriptions.alerts(press.place)
    forgotten = await services.stores.personal_data.forget(person.id)
    services.chats.forgotten(person.id)
    confirmation = privacy_pages.erased(forgotten, schedule, alerts, press.wording)
    await replace(press.query, confirmation)


async def press_export(press: Press[None], context: Context) -> None:
    """Send a user, who pressed a button, all that is stored of them."""
    await toast(press.query)
    await _export(press, context)


async def press_privacy(press: Press[None], context: Context) -> None:
    """Show what is stored, when a button asks for it."""
    del context
    await toast(press.query)
    await say(press.message, privacy_pages.privacy(press.wording))


async def press_forget(press: Press[None], context: Context) -> None:
    """Forget the presser's linked handle in every chat."""
    handles = await context.services.chats.unlink(press.query.from_user.id)
    await toast(press.query, privacy_pages.forgotten(press.wording, handles))


async def _export(to: Interaction, context: Context) -> None:
    if person := await _in_private(to, context):
        everything = await context.services.stores.personal_data.export(person.id)
        file = receipt_files.export(everything, to.wording)
        await to.message.reply_document(file.content, caption=file.caption, filename=file.name)


async def _in_private(request: Interaction, context: Context) -> User | None:
    """Return the user of a private chat; where other users read along, refuse."""
    if not request.private:
        await say_aside(request, context, pages.only_in_private(request.wording))
        return None
    return request.person
