//! The line of the log that each write leaves.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::client::{call, done, server};

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines of the audit.
    fn audit(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["target"] == "dwell::audit").collect()
    }
}

#[tokio::test]
async fn a_write_leaves_who_what_and_where_but_no_text() {
    let app = server(true).await;
    let made = app.made("/v1/Conversations", &[("UniqueName", "secret-plan")]).await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    done(&app, "read_conversation", json!({"conversation": "secret-plan"})).await;
    let refused = json!({"conversation": "secret-plan", "state": "asleep"});
    call(&app, Some(&app.account.authorization()), "set_state", refused).await.unwrap_err();
    assert_eq!(log.audit(), Vec::<Value>::new(), "reads and refusals are none");

    let arguments = json!({"conversation": "secret-plan", "body": "the secret text", "author": "secret-author"});
    let sent = done(&app, "send_message", arguments).await;
    let lines = log.audit();
    assert_eq!(lines.len(), 1);
    let fields = &lines[0]["fields"];
    assert_eq!((&lines[0]["level"], &fields["tool"]), (&json!("INFO"), &json!("send_message")));
    assert_eq!((&fields["account"], &fields["credential"]), (&json!(app.account.sid), &json!(app.account.sid)));
    let objects = format!("{},{}", made["sid"].as_str().unwrap(), sent["sid"].as_str().unwrap());
    assert_eq!(fields["objects"], objects);
    assert!(!lines[0].to_string().contains("secret"), "{}", lines[0]);
}
