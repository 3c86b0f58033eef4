/** The chat page: plays one person at a time and keeps what is shown in step with the server. */

import { showActions } from "./actions.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { $, avatar } from "./dom.js";
import { focusConversation } from "./focus.js";
import { Inline } from "./inline.js";
import * as narrow from "./narrow.js";
import { chooseChat, copy, toast, viewPhoto } from "./notices.js";
import { Outbox } from "./outbox.js";
import { Presses } from "./presses.js";
import * as server from "./server.js";
import * as sidebar from "./sidebar.js";
import { Trouble } from "./trouble.js";
import { fullTime, now, preferredLanguage, setNow, setWords, t, timeNode, useLanguage } from "./words.js";

let state = null;
let me = Number(sessionStorage.getItem("person")) || null;
let open = null;
let toldAboutPrivacy = false;

/** How often something was fetched to be shown: only the newest is. */
let goings = 0;
/** Events that come while a conversation is fetched: they may be newer than it. */
let early = null;

const context = {
  me: null,
  bot: "",
  isGroup: false,
  onCommand: (command) => outbox.send(command),
  onStart: (payload) => start(payload),
  onPress: (message, data, button) => presses.press(placeOf(open), message, data, button),
  onReply: (message) => composer.reply(message),
  onQuote: (messageId) => conversation.flash(messageId),
  onPhoto: viewPhoto,
  onCopy: copy,
  onSwitch: (query, isHere, allows) => switchInline(query, isHere, allows),
};
const trouble = new Trouble(() => refresh());
const presses = new Presses(sorry);
const conversation = new Conversation(context);
const inline = new Inline({
  place: () => placeOf(open),
  show: (options, label) => composer.list.show(options, label),
  onChosen: () => composer.begin(""),
  onStart: (payload) => start(payload),
  onFault: sorry,
});
const composer = new Composer(
  (text, replyTo) => outbox.send(text, replyTo),
  (words) => (words === null || !open ? inline.stop() : inline.type(words)),
);
const outbox = new Outbox(composer, {
  place: () => open && placeOf(open),
  onSent: ({ delivered }) => {
    trouble.forget();
    trouble.end();
    if (delivered || !context.isGroup || toldAboutPrivacy) return;
    toldAboutPrivacy = true;
    toast(sidebar.groupHint(open));
  },
  onFault: sorry,
});

const placeOf = ({ chat, topic }, person = me) => ({ person, chat, topic });
const isOpen = (one) => one.chat === open?.chat && one.topic === open?.topic;
const findIn = (conversations, { chat, topic }) =>
  conversations.find((one) => one.chat === chat && one.topic === (topic ?? null));
const find = (chat, topic) => findIn(state.conversations, { chat, topic });

conversation.welcome = () =>
  sidebar.welcomeCard(open, state.suggestions, {
    onStart: () => outbox.send("/start"),
    onHandle: askAbout,
  });
conversation.onActivity = (words) => {
  const subtitle = open ? sidebar.conversationSubtitle(open) : "";
  const who = open && open.type !== "private" ? `${state.bot.first_name} ` : "";
  $("chat-subtitle").textContent = words ? who + words : subtitle;
  $("chat-subtitle").classList.toggle("active", Boolean(words));
};

/** Say that something was not done. */
function sorry(fault) {
  if (fault.isAway) trouble.begin();
  else toast(t("That is not possible here, or not now."));
}

/** Where the newest going leads: who plays, and which of their conversations; after a reload, the last. */
const stay = () => ({ person: me, choose: (ones) => findIn(ones, open ?? lastOpen()) });
const lastOpen = () => JSON.parse(sessionStorage.getItem("open") ?? "{}");
let target = stay();

/** Ask again for everything; what is open stays open, and what is being written stays. */
async function refresh() {
  if (!(await go(target))) return;
  if (outbox.waiting === null) trouble.forget();
  outbox.resume();
}

/** Open a conversation, perhaps as somebody else; what is written from now on is for it. */
function enter(choose, person = me) {
  outbox.hold();
  composer.leave();
  narrow.close();
  focusConversation();
  return go({ person, choose });
}

const show = (one) => enter((ones) => findIn(ones, one));

/** Play somebody else, in the same conversation when they are in it. */
function become(person) {
  const here = open;
  return enter((ones) => here.type !== "private" && findIn(ones, here), person);
}

/**
 * Fetch everything and show it at once, so that nothing on the page is of two people or places.
 * When that cannot be, all stays as it was.
 *
 * @returns {boolean} whether it is shown; it is not when another going overtook it.
 */
async function go(to) {
  const going = ++goings;
  target = to;
  let isShown = false;
  early ??= [];
  try {
    let next = await server.fetchState(to.person);
    const { id: person } = next.people.find(({ id }) => id === to.person) ?? newcomer(next.people);
    if (person !== to.person) next = await server.fetchState(person);
    const one = to.choose(next.conversations) || next.conversations[0];
    const history = await server.fetchHistory(placeOf(one, person));
    if (going !== goings) return false;
    trouble.end();
    arrive(next, person, one, history);
    isShown = true;
  } catch (fault) {
    if (going === goings && open) composer.enter(JSON.stringify(placeOf(open)));
    sorry(fault);
  }
  if (going !== goings) return false;
  target = stay();
  outbox.release();
  const events = early;
  early = null;
  events.forEach(onEvent);
  return isShown;
}

/** Whom a visitor plays first: the first who speaks the browser's language. */
const newcomer = (people) =>
  people.find((person) => person.language_code === preferredLanguage()) ?? people[0];

function arrive(next, person, one, { messages, menu }) {
  const isSame = person === me && isOpen(one);
  const isFirst = open === null;
  for (const other of next.conversations) {
    other.unread = state && person === me ? find(other.chat, other.topic)?.unread : 0;
  }
  one.unread = 0;
  if (!isSame && !isFirst) composer.carry();
  [state, me, open] = [next, person, one];
  sessionStorage.setItem("person", me);
  sessionStorage.setItem("open", JSON.stringify({ chat: open.chat, topic: open.topic }));
  Object.assign(context, { me, bot: state.bot.username, isGroup: open.type !== "private" });
  composer.bot = state.bot.username;
  setWords(state.words);
  setNow(state.now);
  const isNews = !isSame || !conversation.messages.has(messages.at(-1)?.message_id);
  speak(preferredLanguage());
  conversation.load(messages, isSame);
  composer.offer(menu, context.isGroup ? `@${context.bot}` : "");
  composer.enter(JSON.stringify(placeOf(open)));
  if (isNews) obeyPrompt(messages.at(-1));
  if (isFirst && document.activeElement === document.body) focusConversation();
}

/** Say everything in a language, what is shown already too. */
function whoseAccounts() {
  if (!state.made_up) {
    return t("Real accounts, read from the real X. The chats stay on this computer.");
  }
  return state.offline
    ? t("Made-up accounts. This computer reaches no others: there is no Internet.")
    : t("Made-up accounts. Other names of Bluesky and the fediverse are looked up there.");
}

function speak(tag) {
  useLanguage(tag);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === tag));
  }
  $("banner").textContent = whoseAccounts();
  $("time-machine").hidden = !state.time_moves;
  $("chat-title").textContent = sidebar.conversationTitle(open);
  $("chat-avatar").replaceChildren(sidebar.conversationAvatar(open));
  conversation.onActivity(null);
  showActions(open.actions ?? [], act);
  composer.label();
  trouble.label();
  showNow();
  showSidebar();
}

function showNow() {
  const written = fullTime();
  if ($("now").textContent !== written) $("now").replaceChildren(timeNode(now() / 1000, written));
}

function showSidebar() {
  sidebar.showPeople(state.people, me, become);
  sidebar.showConversations(state.conversations, isOpen, show);
  sidebar.showSuggestions(state.suggestions, askAbout);
  const { id, first_name: name } = state.people.find((person) => person.id === me);
  $("me").replaceChildren(avatar({ id, name, small: true }));
}

function askAbout(handle) {
  narrow.close();
  outbox.send(open.has_bot ? `/klout @${handle}` : `@${context.bot} @${handle}`);
}

/** A deep link: Telegram opens the private chat and sends /start with its payload. */
async function start(payload) {
  const isThere = await enter((ones) => ones.find(({ type }) => type === "private"));
  if (isThere) await outbox.send(payload ? `/start ${payload}` : "/start");
}

/** Inline mode in this chat, or in one that is chosen first. */
async function switchInline(query, isHere, allows) {
  const fitting = state.conversations.filter(({ type }) =>
    type === "private" ? allows.allow_bot_chats : allows.allow_group_chats,
  );
  const chosen = isHere ? open : await chooseChat(fitting);
  if (!chosen) return;
  if (!isHere && !(await show(chosen))) return;
  composer.begin(`@${context.bot} ${query}`);
}

async function act(action) {
  try {
    await server.act(placeOf(open), action);
  } catch (fault) {
    sorry(fault);
  }
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
  answer: (event) => event.person === me && presses.answered(event),
  inline: (event) => event.person === me && inline.answered(event),
  changed: () => refresh(),
  clock: ({ now }) => {
    setNow(now);
    showNow();
    showSidebar();
    conversation.render();
  },
  commands: () => refresh(),
};

const here = (chat, topic) => isOpen({ chat, topic: topic ?? null });

function onEvent(event) {
  if (early) early.push(event);
  else if (open) EVENTS[event.event]?.(event);
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

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    localStorage.setItem("language", button.dataset.language);
    if (!open) return;
    speak(button.dataset.language);
    conversation.render();
  });
}
$("week-later").addEventListener("click", async ({ currentTarget: button }) => {
  // A disabled button would lose the keyboard.
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await server.letAWeekPass();
  } catch (fault) {
    sorry(fault);
  }
  button.removeAttribute("aria-disabled");
});
setInterval(() => open && showNow(), 10_000);
// A made-up handle may be somebody's on the real X: nothing here leads out.
document.addEventListener("click", (event) => {
  const way = event.target.closest('a[target="_blank"]');
  if (!way || !state?.made_up) return;
  event.preventDefault();
  toast(t("Everything here is made up: this would open {url}", { url: way.href }));
});
server.listen({ onEvent, onOpen: refresh, onLost: () => trouble.begin() });
