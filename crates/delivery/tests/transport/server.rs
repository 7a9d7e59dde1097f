//! A receiver that records what arrives, byte by byte, and answers as badly as a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The receiver's certificate, for 127.0.0.1 and hooks.example; nobody trusts it by itself.
pub(crate) const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transport/certificate.pem");

/// What the receiver does once a request is there.
#[derive(Clone)]
pub(crate) enum Act {
    /// Sends these bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes and closes.
    SendAndClose(Vec<u8>),
    /// Sends these bytes, then a body without end.
    SendForever(Vec<u8>),
    /// Sends these bytes, then nothing more; the connection stays.
    Stall(Vec<u8>),
}

impl Act {
    /// An answer with this status line's rest and body.
    pub(crate) fn answer(status: &str, body: &str) -> Act {
        let length = body.len();
        let type_ = "Content-Type: application/json; charset=utf-8";
        Act::Send(format!("HTTP/1.1 {status}\r\n{type_}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes())
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Number of the connection, from 0.
    pub(crate) connection: usize,
    /// Request line and headers.
    pub(crate) head: String,
    /// Body.
    pub(crate) body: String,
}

impl Received {
    /// The request line.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    /// The path and query.
    pub(crate) fn target(&self) -> &str {
        self.line().split(' ').nth(1).unwrap()
    }

    /// The header of this very spelling, which is there at most once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = found.next();
        assert_eq!(found.next(), None, "{name} twice");
        value
    }
}

/// The receiver, on a port of its own of 127.0.0.1.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Server {
        Self::start_with(act, None).await
    }

    /// A receiver that speaks TLS.
    pub(crate) async fn start_tls(act: Act) -> Server {
        let certificates = vec![CertificateDer::from_pem_file(CERTIFICATE).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .unwrap();
        Self::start_with(act, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start_with(act: Act, tls: Option<TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&received);
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (act, record, tls) = (act.clone(), Arc::clone(&record), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, connection, act, record).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, connection, act, record).await;
                            }
                        }
                    }
                });
            }
        });
        Server { address, received }
    }

    /// A URL of the receiver.
    pub(crate) fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.address)
    }

    /// Everything that has arrived.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The one request that has arrived.
    pub(crate) fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }
}

async fn serve<S>(mut stream: S, connection: usize, act: Act, record: Arc<Mutex<Vec<Received>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some((head, body)) = request(&mut stream).await {
        record.lock().unwrap().push(Received { connection, head, body });
        // The other side may have left in the middle of an answer; that is its right.
        match &act {
            Act::Send(bytes) => _ = stream.write_all(bytes).await,
            Act::SendAndClose(bytes) => {
                let _ = stream.write_all(bytes).await;
                return;
            }
            Act::SendForever(bytes) => {
                let _ = stream.write_all(bytes).await;
                while stream.write_all(&[b'x'; 4_096]).await.is_ok() {}
                return;
            }
            Act::Stall(bytes) => {
                let _ = stream.write_all(bytes).await;
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The next request of a connection, if there is one.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some((head, String::from_utf8(bytes[end + 4..].to_vec()).unwrap()));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
