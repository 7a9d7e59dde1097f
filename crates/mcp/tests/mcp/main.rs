//! The MCP server as its clients meet it, behind the door of the API.

mod access;
mod client;
mod door;
mod operation_tools;
mod reading;
mod schemas;
