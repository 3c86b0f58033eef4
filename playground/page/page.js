/** The chat page: plays one person at a time and keeps what is shown in step with the server. */

import { showActions } from "./actions.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { $, avatar } from "./dom.js";
import { Inline } from "./inline.js";
import { alertBox, chooseChat, toast, viewPhoto } from "./notices.js";
import * as server from "./server.js";
import * as sidebar from "./sidebar.js";
import { fullTime, preferredLanguage, setNow, setWords, t, useLanguage } from "./words.js";

/** A button stops turning after this many milliseconds, as in Telegram, answered or not. */
const SPINNER_LASTS = 15_000;

let state = null;
let me = Number(sessionStorage.getItem("person")) || null;
let open = null;
let toldAboutPrivacy = false;
const pressed = new Map();

const context = {
  me: null,
  bot: "",
  isGroup: false,
  onCommand: (command) => send(command),
  onStart: (payload) => start(payload),
  onPress: (message, data, button) => press(message, data, button),
  onReply: (message) => composer.reply(message),
  onQuote: (messageId) => conversation.flash(messageId),
  onPhoto: viewPhoto,
  onCopy: (text) => copy(text),
  onSwitch: (query, isHere, allows) => switchInline(query, isHere, allows),
};
const conversation = new Conversation(context);
const inline = new Inline({
  place: () => placeOf(open),
  onChosen: () => composer.begin(""),
  onStart: (payload) => start(payload),
  onFault: (fault) => toast(fault.message),
});
const composer = new Composer(send, (words) => {
  if (words === null) inline.stop();
  else inline.type(words);
});

const placeOf = ({ chat, topic }) => ({ person: me, chat, topic });
const isOpen = (one) => one.chat === open?.chat && one.topic === open?.topic;
const find = (chat, topic) =>
  state.conversations.find((one) => one.chat === chat && one.topic === (topic ?? null));

conversation.welcome = () =>
  sidebar.welcomeCard(open, state.suggestions, { onStart: () => send("/start"), onHandle: askAbout });
conversation.onActivity = (words) => {
  const subtitle = open ? sidebar.conversationSubtitle(open) : "";
  const who = open && open.type !== "private" ? `${state.bot.first_name} ` : "";
  $("chat-subtitle").textContent = words ? who + words : subtitle;
  $("chat-subtitle").classList.toggle("active", Boolean(words));
};

server.listen({ onEvent, onOpen: refresh, onLost: () => document.body.classList.add("offline") });

/** Ask again for everything; what was open stays open. */
async function refresh() {
  const unread = new Map(state?.conversations.map((one) => [`${one.chat}/${one.topic}`, one.unread]));
  state = await server.fetchState(me);
  for (const one of state.conversations) one.unread = unread.get(`${one.chat}/${one.topic}`);
  if (!state.people.some(({ id }) => id === me)) me = state.people[0].id;
  Object.assign(context, { me, bot: state.bot.username });
  composer.bot = state.bot.username;
  setWords(state.words);
  setNow(state.now);
  document.body.classList.remove("offline");
  speak(preferredLanguage());
  await show((open && find(open.chat, open.topic)) ?? state.conversations[0]);
}

function speak(tag) {
  useLanguage(tag);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === tag));
  }
  $("banner").textContent = state.made_up
    ? t("Made-up accounts on a made-up X. Nothing leaves this computer.")
    : t("Real accounts, read from the real X. The chats stay on this computer.");
  $("time-machine").hidden = !state.time_moves;
  showNow();
  showSidebar();
}

function showNow() {
  $("now").textContent = fullTime();
}

function showSidebar() {
  sidebar.showPeople(state.people, me, become);
  sidebar.showConversations(state.conversations, isOpen, show);
  $("suggestion-list").replaceChildren(...sidebar.suggestionItems(state.suggestions, askAbout));
  $("suggestions").hidden = state.suggestions.length === 0;
  const { id, first_name: name } = state.people.find((person) => person.id === me);
  $("me").replaceChildren(avatar({ id, name, small: true }));
}

/** Open a conversation. */
async function show(one) {
  open = one;
  open.unread = 0;
  context.isGroup = open.type !== "private";
  document.body.classList.remove("sidebar-open");
  const { messages, menu } = await server.fetchHistory(placeOf(open));
  if (!isOpen(one)) return;
  $("chat-title").textContent = sidebar.conversationTitle(open);
  $("chat-avatar").replaceChildren(sidebar.conversationAvatar(open));
  conversation.load(messages);
  showActions(open.actions ?? [], act);
  composer.reset(menu, context.isGroup ? `@${context.bot}` : "");
  obeyPrompt(messages.at(-1));
  showSidebar();
  // On a touch screen this would open the keyboard over the conversation.
  if (matchMedia("(hover: hover)").matches) $("composer").focus();
}

/** Play somebody else, in the same conversation when they are in it. */
async function become(person) {
  me = person;
  sessionStorage.setItem("person", person);
  const { type, chat, topic } = open;
  state = await server.fetchState(me);
  context.me = me;
  await show((type === "private" ? null : find(chat, topic)) ?? state.conversations[0]);
}

async function send(text, replyTo = null) {
  try {
    const { delivered } = await server.say(placeOf(open), text, replyTo);
    if (!delivered && context.isGroup && !toldAboutPrivacy) {
      toldAboutPrivacy = true;
      toast(sidebar.groupHint(open));
    }
  } catch (fault) {
    toast(fault.message);
  }
}

function askAbout(handle) {
  document.body.classList.remove("sidebar-open");
  send(open.has_bot ? `/klout @${handle}` : `@${context.bot} @${handle}`);
}

/** A deep link: Telegram opens the private chat and sends /start with its payload. */
async function start(payload) {
  await show(state.conversations.find(({ type }) => type === "private"));
  await send(payload ? `/start ${payload}` : "/start");
}

async function press(message, data, button) {
  button.classList.add("waiting");
  const stop = () => button.classList.remove("waiting");
  setTimeout(stop, SPINNER_LASTS);
  try {
    const { query } = await server.press(placeOf(open), message.message_id, data);
    if (pressed.delete(query)) stop();
    else pressed.set(query, stop);
  } catch (fault) {
    stop();
    toast(fault.message);
  }
}

/** Inline mode in this chat, or in one that is chosen first. */
async function switchInline(query, isHere, allows) {
  const fitting = state.conversations.filter(({ type }) =>
    type === "private" ? allows.allow_bot_chats : allows.allow_group_chats,
  );
  const chosen = isHere ? open : await chooseChat(fitting);
  if (!chosen) return;
  if (!isHere) await show(chosen);
  composer.begin(`@${context.bot} ${query}`);
}

async function act(action) {
  try {
    await server.act(placeOf(open), action);
  } catch (fault) {
    toast(fault.message);
  }
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast(t("Copied"));
}

/** A ForceReply of the bot: as if one had chosen to reply, when it is meant for oneself. */
function obeyPrompt(message) {
  const prompt = message?.prompt;
  if (prompt && (!prompt.for || prompt.for.includes(me))) composer.reply(message, prompt.placeholder);
}

const EVENTS = {
  message: (event) => arrived(event),
  edited: ({ chat, topic, message }) => here(chat, topic) && conversation.put(message),
  deleted: ({ chat, message_id: id }) => chat === open.chat && conversation.remove(id),
  reaction: ({ chat, message_id: id, emojis }) => chat === open.chat && conversation.react(id, emojis),
  action: ({ chat, topic, action }) => here(chat, topic) && conversation.showAction(action),
  draft: ({ chat, topic, draft }) => here(chat, topic) && conversation.showDraft(draft),
  answer: (event) => answered(event),
  inline: (event) => event.person === me && inline.answered(event),
  changed: () => refresh(),
  clock: ({ now }) => {
    setNow(now);
    showNow();
    showSidebar();
    conversation.render();
  },
  commands: async () => {
    const { menu } = await server.fetchHistory(placeOf(open));
    composer.commands = menu;
    $("menu-button").hidden = menu.length === 0;
  },
};

const here = (chat, topic) => isOpen({ chat, topic: topic ?? null });

function onEvent(event) {
  if (state && open) EVENTS[event.event]?.(event);
}

function arrived({ chat, topic, message, conversation: opened }) {
  if (opened && !find(chat, topic)) state.conversations.push(opened);
  const one = find(chat, topic);
  if (!one) return;
  one.last = message;
  if (isOpen(one)) {
    conversation.put(message);
    obeyPrompt(message);
  } else {
    one.unread = (one.unread ?? 0) + 1;
  }
  showSidebar();
}

function answered({ person, query, text, alert, url }) {
  if (person !== me) return;
  // The answer may overtake the response that tells which query it is for.
  const stop = pressed.get(query);
  if (stop) stop();
  if (!pressed.delete(query)) pressed.set(query, () => {});
  if (text) (alert ? alertBox : toast)(text);
  if (url) window.open(url, "_blank", "noopener");
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    localStorage.setItem("language", button.dataset.language);
    speak(button.dataset.language);
    show(open);
  });
}
$("week-later").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  try {
    await server.letAWeekPass();
  } catch (fault) {
    toast(fault.message);
  }
  button.disabled = false;
});
setInterval(showNow, 10_000);
// A made-up handle may be somebody's on the real X: nothing here leads out.
document.addEventListener("click", (event) => {
  const way = event.target.closest('a[target="_blank"]');
  if (!way || !state.made_up) return;
  event.preventDefault();
  toast(t("Everything here is made up: this would open {url}", { url: way.href }));
});
const setSidebar = (isShown) => () => document.body.classList.toggle("sidebar-open", isShown);
$("open-sidebar").addEventListener("click", () => {
  setSidebar(true)();
  $("close-sidebar").focus();
});
$("close-sidebar").addEventListener("click", setSidebar(false));
$("scrim").addEventListener("click", setSidebar(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") setSidebar(false)();
});
