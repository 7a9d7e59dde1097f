//! What the process's environment does to calls. A process has one, so each test here runs its other
//! half, an ignored test, in a process of its own.

use std::process::Command;
use std::sync::Arc;

use dwell_delivery::HttpTransport;
use dwell_engine::hooks::{CallError, Method, Transport};

use super::server::{Act, CERTIFICATE, Server};
use super::{Scripted, call, guard, local};

fn run(test: &str, environment: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", &format!("environment::{test}")])
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

// Where the platform has a store of its own, the variable is not read.
#[cfg(not(target_vendor = "apple"))]
#[test]
fn trusted_certificates_are_those_of_the_system() {
    run("the_certificate_is_trusted", &[("SSL_CERT_FILE", CERTIFICATE)]);
}

#[tokio::test]
#[ignore = "run by `trusted_certificates_are_those_of_the_system`"]
async fn the_certificate_is_trusted() {
    let server = Server::start_tls(Act::answer("200 OK", "{}")).await;
    let port = server.address.port();
    let transport = HttpTransport::with_lookup(guard(&["127.0.0.1"]), Scripted::new(&[&["127.0.0.1"]])).unwrap();
    for host in ["127.0.0.1", "hooks.example"] {
        let reply = transport.call(call(Method::Post, &format!("https://{host}:{port}/hook"))).await.unwrap();
        assert_eq!((reply.status, reply.body), (200, b"{}".to_vec()));
    }
    assert_eq!(server.received().len(), 2);
    // The certificate does not name this one.
    let error = local().call(call(Method::Post, &format!("https://localhost:{port}/hook"))).await.unwrap_err();
    assert!(matches!(error, CallError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn unknown_certificates_are_refused() {
    let server = Server::start_tls(Act::answer("200 OK", "{}")).await;
    let url = server.url("/hook").replace("http:", "https:");
    let error = local().call(call(Method::Post, &url)).await.unwrap_err();
    assert!(matches!(error, CallError::Tls { .. }), "{error:?}");
    assert!(server.received().is_empty());
}

#[cfg(not(target_vendor = "apple"))]
#[test]
fn a_system_without_certificates_can_call_http() {
    run("no_certificate_is_trusted", &[("SSL_CERT_FILE", "/dev/null")]);
}

#[tokio::test]
#[ignore = "run by `a_system_without_certificates_can_call_http`"]
async fn no_certificate_is_trusted() {
    let plain = Server::start(Act::answer("200 OK", "{}")).await;
    assert_eq!(local().call(call(Method::Post, &plain.url("/hook"))).await.unwrap().status, 200);
    let server = Server::start_tls(Act::answer("200 OK", "{}")).await;
    let url = server.url("/hook").replace("http:", "https:");
    let error = local().call(call(Method::Post, &url)).await.unwrap_err();
    assert!(matches!(error, CallError::Tls { .. }), "{error:?}");
}

#[test]
fn proxies_of_the_environment_are_ignored() {
    let proxy = "http://127.0.0.1:1";
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    run("no_proxy_is_asked", &names.map(|name| (name, proxy)));
}

#[tokio::test]
#[ignore = "run by `proxies_of_the_environment_are_ignored`"]
async fn no_proxy_is_asked() {
    let server = Server::start(Act::answer("200 OK", "{}")).await;
    let lookup = Scripted::new(&[&["127.0.0.1"]]);
    let transport = HttpTransport::with_lookup(guard(&["127.0.0.1"]), Arc::clone(&lookup) as Arc<_>).unwrap();
    let url = format!("http://hooks.example:{}/hook", server.address.port());
    assert_eq!(transport.call(call(Method::Post, &url)).await.unwrap().status, 200);
    assert_eq!((server.received().len(), lookup.asked()), (1, 1));
}
