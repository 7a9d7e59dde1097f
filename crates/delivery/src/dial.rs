//! Connections that are not HTTP, guarded as those are.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::guard::{Guard, Lookup, Unresolved, resolve};

/// A connection, encrypted or not.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Why there is no connection. The texts name hosts and addresses, nothing secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undialled {
    /// The name led nowhere, or only to where nobody may go.
    #[error("{0}")]
    Address(#[from] Unresolved),
    /// Nobody answers at any of the addresses.
    #[error("{0}")]
    Connect(std::io::Error),
    /// TLS could not be set up, here or with the other side.
    #[error("TLS: {0}")]
    Tls(String),
}

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Dialler {
    guard: Arc<Guard>,
    lookup: Arc<dyn Lookup>,
}

impl Dialler {
    /// One that connects to what `guard` allows and asks `lookup` for addresses.
    pub(crate) fn new(guard: Arc<Guard>, lookup: Arc<dyn Lookup>) -> Self {
        Dialler { guard, lookup }
    }

    /// Connects to `host`, a name or an address, trying its addresses one after the other; with TLS from the
    /// start if `is_tls`. It waits as long as the other side lets it.
    ///
    /// # Errors
    /// [`Undialled`].
    pub(crate) async fn dial(&self, host: &str, port: u16, is_tls: bool) -> Result<Box<dyn Connection>, Undialled> {
        let stream = self.connect(host, port).await?;
        if is_tls { Ok(Box::new(encrypt(host, stream).await?)) } else { Ok(Box::new(stream)) }
    }

    /// Connects as [`Self::dial`] does, without TLS.
    ///
    /// # Errors
    /// [`Undialled`].
    pub(crate) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Undialled> {
        let addresses = resolve(&self.guard, &*self.lookup, host.to_owned()).await?;
        let addresses: Vec<_> = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(Undialled::Connect)?;
        // Small messages, each of which somebody waits for.
        stream.set_nodelay(true).map_err(Undialled::Connect)?;
        Ok(stream)
    }
}

/// Encrypts a connection to `host`.
///
/// # Errors
/// [`Undialled::Tls`].
pub(crate) async fn encrypt<S>(host: &str, stream: S) -> Result<TlsStream<S>, Undialled>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (connector, name) = encrypted(host)?;
    connector.connect(name, stream).await.map_err(|error| Undialled::Tls(error.to_string()))
}

/// TLS to `host`, trusting whom the system trusts.
fn encrypted(host: &str) -> Result<(TlsConnector, ServerName<'static>), Undialled> {
    let tls = |error: rustls::Error| Undialled::Tls(error.to_string());
    let name = ServerName::try_from(host.to_owned()).map_err(|error| Undialled::Tls(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_platform_verifier()
        .map_err(tls)?
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}
