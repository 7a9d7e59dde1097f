//! Messages from outside: where they belong, who hears of it, and that each of them is there once.

mod door;
mod files;
mod routing;
mod story;

use dwell_core::{AccountSid, ChannelSid};
use dwell_engine::Error;
use dwell_engine::hooks::Call;
use dwell_engine::inbound::{Inbound, Outcome, Received};
use dwell_testkit::{Account, TestApp};
use serde_json::Value;

use crate::support::{CONVERSATIONS, all_items};

const CUSTOMER: &str = "+15017122661";
const DESK: &str = "+15017122660";
const ADDRESSES: &str = "/v1/Configuration/Addresses";
const HOOK: &str = "https://example.com/hook";

/// A message from the customer to the desk.
fn text_of(body: &str) -> Inbound {
    inbound(CUSTOMER, DESK, body)
}

fn inbound(from: &str, to: &str, body: &str) -> Inbound {
    Inbound {
        channel_sid: None,
        channel_message_sid: None,
        from: from.to_owned(),
        to: to.to_owned(),
        others: Vec::new(),
        body: Some(body.to_owned()),
        subject: None,
        references: Vec::new(),
        attributes: None,
        from_name: None,
        media: Vec::new(),
    }
}

fn named(name: &str, message: Inbound) -> Inbound {
    Inbound { channel_message_sid: Some(name.to_owned()), ..message }
}

async fn try_receive(app: &TestApp, account: &Account, message: Inbound) -> Result<Received, Error> {
    app.engine.receive(&AccountSid::parse(&account.sid).unwrap(), message).await
}

async fn receive(app: &TestApp, message: Inbound) -> Received {
    try_receive(app, &app.account, message).await.unwrap()
}

/// The path of the conversation that a message went to.
fn place(received: &Received) -> String {
    format!("{CONVERSATIONS}/{}", received.conversation_sid.unwrap())
}

/// Has messages to the desk begin conversations.
async fn configure(app: &TestApp, more: &[(&str, &str)]) -> Value {
    let form = [&[("Type", "sms"), ("Address", DESK), ("AutoCreation.Enabled", "true")], more].concat();
    app.made(ADDRESSES, &form).await
}

/// The texts of a conversation, in order.
async fn said(app: &TestApp, conversation: &str) -> Vec<String> {
    let messages = all_items(app, &format!("{conversation}/Messages")).await;
    messages.iter().map(|message| message["body"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A parameter of a call; empty when it has none of that name.
fn param<'a>(call: &'a Call, name: &str) -> &'a str {
    call.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The events of calls, in order.
fn events(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| param(call, "EventType")).collect()
}
