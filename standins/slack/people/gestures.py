"""What people do in messages: post, press, choose, react, command; the app hears of it as from Slack."""

import secrets
from typing import Any

from standins.slack.block_kit.fields import chosen, state_of
from standins.slack.block_kit.schema import Json
from standins.slack.methods.agents import STOPPED
from standins.slack.methods.chat import toggle_reaction
from standins.slack.methods.streams import break_off
from standins.slack.methods.unfurls import links_of
from standins.slack.store import Conversation
from standins.slack.transport.delivery import Acked, Missed
from standins.slack.workspace import SlackError, Workspace


class NotThereError(LookupError):
    """Somebody reached for a message, button or command that does not exist."""


def _slackbot(workspace: Workspace, conversation: Conversation, user: str, text: str) -> None:
    message = {"type": "message", "ts": workspace.store.next_ts(), "user": "USLACKBOT", "text": text, "blocks": []}
    workspace.whisper(conversation, user, message)


def post(workspace: Workspace, user: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
    """Post as a person; the text is mrkdwn with Slack's escapes."""
    person, conversation = workspace.person(user), workspace.conversation(channel)
    message: Json = {
        "type": "message",
        "user": person.id,
        "ts": workspace.store.next_ts(),
        "client_msg_id": secrets.token_hex(16),
    }
    message |= {"text": text, "team": workspace.setup.team_id, "blocks": [_as_typed(text)]}
    if thread_ts:
        parent = workspace.message(conversation, thread_ts)
        message |= {"thread_ts": parent.get("thread_ts", thread_ts), "parent_user_id": parent["user"]}
    workspace.store.put(conversation.id, message)
    _share_links(workspace, conversation, message)
    mentioned = f"<@{workspace.app.bot_user}>" in text
    workspace.tell_app_of(conversation, {key: value for key, value in message.items() if key != "reply_count"})
    if mentioned and not conversation.is_im:
        _mention(workspace, conversation, message)
    return message


def _share_links(workspace: Workspace, conversation: Conversation, message: Json) -> None:
    """Tell the app of links to a domain of its, wherever they are posted: it need not be a member."""
    links = links_of(workspace, message["text"])
    if links and "link_shared" in workspace.setup.subscriptions:
        event = {"type": "link_shared", "user": message["user"], "channel": conversation.id, "links": links}
        event |= {"message_ts": message["ts"], "unfurl_id": f"{conversation.id}.{message['ts']}"}
        event |= {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}
        member = workspace.app.bot_user in conversation.members
        more = {"source": "conversations_history", "is_bot_user_member": member, "event_ts": message["ts"]}
        workspace.event(event | more)


def open_details(workspace: Workspace, user: str, ts: str, url: str) -> None:
    """Open a Work Object of a message beside the conversation."""
    person = workspace.person(user)
    conversation, message = find_message(workspace, person.id, ts)
    shown = (message.get("unfurls") or {}).get("entities") or []
    entity = next((one for one in shown if one["url"] == url), None)
    if entity is None:
        raise NotThereError(f"the message {ts} shows no Work Object of {url}")
    event = {"type": "entity_details_requested", "user": person.id, "external_ref": entity["external_ref"]}
    event |= {"link": {"url": url, "domain": url.split("/")[2]}, "channel": conversation.id, "message_ts": ts}
    event |= {"trigger_id": workspace.triggers.issue(person.id), "user_locale": "en-US"}
    workspace.event({**event, "event_ts": workspace.store.next_ts()})


def _mention(workspace: Workspace, conversation: Conversation, message: Json) -> None:
    if workspace.app.bot_user not in conversation.members:
        words = f"{workspace.app.name} isn't in this channel. Type /invite to add it."
        _slackbot(workspace, conversation, message["user"], words)
    elif "app_mention" in workspace.setup.subscriptions:
        workspace.event({**message, "type": "app_mention", "channel": conversation.id, "event_ts": message["ts"]})


def _as_typed(text: str) -> Json:
    words = [{"type": "text", "text": text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")}]
    return {
        "type": "rich_text",
        "block_id": secrets.token_urlsafe(4),
        "elements": [{"type": "rich_text_section", "elements": words}],
    }


def react(workspace: Workspace, user: str, channel: str, ts: str, name: str, add: bool = True) -> None:
    """React to a message, or take it back."""
    person, conversation = workspace.person(user), workspace.conversation(channel)
    message = workspace.message(conversation, ts)
    if not toggle_reaction(message, name, person.id, add):
        return
    workspace.store.put(conversation.id, message)
    kind = "reaction_added" if add else "reaction_removed"
    if kind in workspace.setup.subscriptions and workspace.app.bot_user in conversation.members:
        item = {"type": "message", "channel": conversation.id, "ts": ts}
        event = {"type": kind, "user": person.id, "reaction": name, "item": item, "item_user": message["user"]}
        workspace.event({**event, "event_ts": workspace.store.next_ts()})


def stop(workspace: Workspace, user: str, channel: str, thread_ts: str) -> None:
    """Press Slack's stop button in a thread: what is being written ends there, and the app is asked to stop."""
    person, conversation = workspace.person(user), workspace.conversation(channel)
    session = workspace.store.sessions.get((conversation.id, thread_ts)) or {}
    if session.get("status") != "processing" or not session["stoppable"]:
        raise NotThereError(f"there is no stop button in the thread {thread_ts}")
    event = {"type": STOPPED, "user": person.id, "channel": conversation.id, "thread_ts": thread_ts}
    ended = break_off(workspace, conversation, thread_ts)
    workspace.event({**event, "streaming_message_ts": ended, "event_ts": workspace.store.next_ts()})


def look_at(workspace: Workspace, user: str, channel: str) -> None:
    """Look at a channel while the app is open beside it."""
    person, conversation = workspace.person(user), workspace.conversation(channel)
    if "app_context_changed" in workspace.setup.subscriptions:
        entity = {"type": "slack#/types/channel_id", "value": conversation.id, "team_id": workspace.setup.team_id}
        event: Json = {"type": "app_context_changed", "user": person.id, "channel": workspace.store.im_of(person.id)}
        event |= {"context": {"entities": [] if conversation.is_im else [entity]}}
        workspace.event({**event, "event_ts": workspace.store.next_ts()})


def open_home(workspace: Workspace, user: str, tab: str = "home") -> Json | None:
    """Open the app: its Home tab, or with tab `messages` its direct message."""
    person = workspace.person(user)
    view = workspace.store.homes.get(person.id)
    if "app_home_opened" in workspace.setup.subscriptions:
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": workspace.store.im_of(person.id),
            "tab": tab,
        }
        event |= {"event_ts": workspace.store.next_ts()} | ({"view": view} if view and tab == "home" else {})
        workspace.event(event)
    return view


def interaction(workspace: Workspace, kind: str, user: str, **more: Any) -> Json:
    """The part that every interaction payload shares."""
    person, setup = workspace.person(user), workspace.setup
    who = {"id": person.id, "username": person.name, "name": person.name, "team_id": setup.team_id}
    payload: Json = {"type": kind, "user": who, "api_app_id": workspace.app.app_id, "token": "demo", "enterprise": None}
    payload |= {"team": {"id": setup.team_id, "domain": setup.team_name.lower()}, "is_enterprise_install": False}
    return payload | {"trigger_id": workspace.triggers.issue(person.id)} | more


def find_message(workspace: Workspace, user: str, ts: str) -> tuple[Conversation, Json]:
    """A message by ts, ephemeral ones of that person included."""
    for conversation in workspace.store.conversations.values():
        if ts in conversation.messages:
            return conversation, conversation.messages[ts]
    for message in workspace.store.ephemerals:
        if message["ts"] == ts and message["to"] == user:
            return workspace.store.conversations[message["channel"]], message
    raise NotThereError(f"no message {ts} that {user} can see")


def find_element(blocks: list[Json], action_id: str, value: str | None) -> tuple[Json, Json]:
    """The block and the interactive element with this action_id and, where given, this value."""
    candidates = []
    for block in blocks:
        nested = [
            t for card in block.get("elements") or [] if isinstance(card, dict) for t in card.get("actions") or []
        ]
        elements = [
            block.get("accessory"),
            block.get("element"),
            *(block.get("elements") or []),
            *(block.get("actions") or []),
            *nested,
        ]
        for element in elements:
            if not isinstance(element, dict) or "action_id" not in element:
                continue
            candidates.append(element["action_id"])
            if element["action_id"] == action_id and (
                value is None or element["type"] != "button" or element.get("value") == value
            ):
                return block, element
    raise NotThereError(f"no element {action_id!r} (value {value!r}); there are {sorted(set(candidates))}")


def action_of(workspace: Workspace, block: Json, element: Json, choice: Any) -> Json:
    """The entry of `actions` for one press or choice."""
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    action["action_ts"] = workspace.store.next_ts()
    kind = element["type"]
    if kind in ("button", "icon_button"):
        return action | {key: element[key] for key in ("text", "value", "style", "url") if element.get(key) is not None}
    if kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            if choice in (name, element[name]["value"], name.removesuffix("_button")):
                return action | {"text": element[name]["text"], "value": element[name]["value"]}
        raise NotThereError(f"{choice!r} is neither the positive nor the negative button")
    return action | chosen(element, choice)


async def click(workspace: Workspace, user: str, ts: str, action_id: str, choice: Any = None) -> Acked | Missed:
    """Press a button of a message (`choice`: its value, where several share an action_id) or choose in a menu."""
    user = workspace.person(user).id
    conversation, message = find_message(workspace, user, ts)
    block, element = find_element(message["blocks"], action_id, choice if isinstance(choice, str) else None)
    action = action_of(workspace, block, element, choice)
    values = workspace.store.state_values.setdefault((user, ts), {})
    if element["type"] not in ("button", "icon_button", "feedback_buttons", "overflow"):
        values[action_id] = choice
    ephemeral, thread = bool(message.get("is_ephemeral")), str(message.get("thread_ts") or "")
    hook = workspace.hooks.issue(user, conversation.id, ts, thread, ephemeral)
    container = {"type": "message", "message_ts": ts, "channel_id": conversation.id, "is_ephemeral": ephemeral}
    payload = interaction(
        workspace,
        "block_actions",
        user,
        container=container | ({"thread_ts": thread} if thread else {}),
        channel={"id": conversation.id, "name": "directmessage" if conversation.is_im else conversation.name},
        message={key: value for key, value in message.items() if key not in ("to", "channel", "stream")},
        state=state_of(message["blocks"], values),
        response_url=f"{workspace.url}/actions/{hook}",
        actions=[action],
    )
    outcome = await workspace.delivery.interact("interactive", payload)
    if isinstance(outcome, Missed):
        _slackbot(
            workspace,
            conversation,
            user,
            f"{workspace.app.name} did not answer in time ({outcome.reason}). Please try again.",
        )
    return outcome


async def slash(workspace: Workspace, user: str, command: str, text: str, channel: str) -> Acked | Missed:
    """Run a slash command in a channel; what the ack says is shown to the person."""
    person, conversation = workspace.person(user), workspace.conversation(channel)
    if command not in [one.command for one in workspace.setup.commands]:
        _slackbot(workspace, conversation, person.id, f"{command} is not a valid command.")
        raise NotThereError(f"{command} is not a command of the app")
    hook = workspace.hooks.issue(person.id, conversation.id)
    name = "directmessage" if conversation.is_im else conversation.name
    payload = {"token": "demo", "team_id": workspace.setup.team_id, "team_domain": workspace.setup.team_name.lower()}
    payload |= {"channel_id": conversation.id, "channel_name": name, "user_id": person.id, "user_name": person.name}
    payload |= {"command": command, "text": text, "api_app_id": workspace.app.app_id, "is_enterprise_install": "false"}
    payload |= {"response_url": f"{workspace.url}/actions/{hook}", "trigger_id": workspace.triggers.issue(person.id)}
    outcome = await workspace.delivery.interact("slash_commands", payload)
    if isinstance(outcome, Missed):
        _slackbot(
            workspace,
            conversation,
            person.id,
            f'{command} failed with the error "operation_timeout" ({outcome.reason}).',
        )
    elif outcome.reply:
        _answer(workspace, conversation, person.id, outcome.reply)
    return outcome


def _answer(workspace: Workspace, conversation: Conversation, user: str, reply: Json) -> None:
    try:
        text = str(reply.get("text") or "")
        message = workspace.app_message(text, workspace.check(text, reply.get("blocks")))
    except SlackError as error:
        _slackbot(workspace, conversation, user, f"The app's reply was refused: {error.code}.")
        return
    if reply.get("response_type") == "in_channel":
        workspace.post(conversation, message)
    else:
        workspace.whisper(conversation, user, message)


async def shortcut(workspace: Workspace, user: str, callback_id: str, ts: str | None = None) -> Acked | Missed:
    """Use a global shortcut, or with `ts` one of a message's menu."""
    person = workspace.person(user)
    if callback_id not in [one.callback_id for one in workspace.setup.shortcuts]:
        raise NotThereError(f"{callback_id} is not a shortcut of the app")
    more: Json = {"callback_id": callback_id, "action_ts": workspace.store.next_ts()}
    if ts is None:
        return await workspace.delivery.interact("interactive", interaction(workspace, "shortcut", person.id, **more))
    conversation, message = find_message(workspace, person.id, ts)
    hook = workspace.hooks.issue(person.id, conversation.id, ts)
    more |= {"message": message, "message_ts": ts, "channel": {"id": conversation.id, "name": conversation.name}}
    more |= {"response_url": f"{workspace.url}/actions/{hook}"}
    return await workspace.delivery.interact("interactive", interaction(workspace, "message_action", person.id, **more))
