//! The MCP server as its clients meet it, behind the door of the API.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is surprised fails")]

mod access;
mod audit;
mod client;
mod door;
mod operation_tools;
mod reading;
mod schemas;
