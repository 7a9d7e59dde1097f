//! Mail out, by SMTP: one connection for each mail.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use dwell_core::channel::{EmailSettings, Settings};
use dwell_core::receipt::Status;
use dwell_engine::Clock;
use dwell_engine::carriers::{Accepted, CarryError, Parcel};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error as SmtpError, response::Code};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::endpoint::{Endpoint, Security};
use super::letter::{self, Letter};
use crate::dial::{Dialler, Undialled, encrypt};
use crate::guard::{Guard, Lookup};

/// Most bytes that a server may say in one connection.
const ANSWERS_BYTES_MAX: usize = 256 * 1024;

/// Carries messages of e-mail channels out. One for the whole process.
pub struct Mailer {
    dialler: Dialler,
    clock: Arc<dyn Clock>,
}

impl Mailer {
    /// A mailer that connects to what `guard` allows and asks `lookup` for addresses. `clock` dates mails.
    pub fn new(guard: Arc<Guard>, lookup: Arc<dyn Lookup>, clock: Arc<dyn Clock>) -> Self {
        Mailer { dialler: Dialler::new(guard, lookup), clock }
    }

    /// Hands a message with its files over to the channel's mail server, once.
    ///
    /// # Errors
    /// [`CarryError::Never`] when the server refuses the mail for good (its code is the SMTP reply's) or it
    /// cannot be written; [`CarryError::Later`] when the server cannot be reached, lets nobody sign in, or
    /// says so.
    pub async fn carry(&self, parcel: Parcel) -> Result<Accepted, CarryError> {
        let Settings::Email(settings) = &parcel.settings else {
            return Err(failed("the channel is none of e-mail".to_owned()));
        };
        let endpoint = Endpoint::of_smtp(&settings.smtp_url).map_err(|what| CarryError::Later { what })?;
        let letter = letter::write(&parcel, settings, self.clock.now()).map_err(failed)?;
        let limit = Duration::from_millis(parcel.timeout_millis);
        timeout(limit, self.hand_over(&endpoint, settings, &letter))
            .await
            .unwrap_or_else(|_| Err(later(&endpoint, &format!("no answer within {} ms", parcel.timeout_millis))))?;
        Ok(Accepted { channel_message_sid: Some(letter.message_id), status: Some(Status::Sent) })
    }

    async fn hand_over(
        &self,
        endpoint: &Endpoint,
        settings: &EmailSettings,
        letter: &Letter,
    ) -> Result<(), CarryError> {
        let mut connection = self.open(endpoint, settings, letter).await?;
        let sent = connection.send(&letter.envelope, &letter.bytes).await;
        let outcome = sent.map(drop).map_err(|error| judged(endpoint, &error));
        // Whatever the server says to that, the mail is where it is.
        let _ = connection.quit().await;
        outcome
    }

    /// A connection that mail may be sent on.
    async fn open(
        &self,
        endpoint: &Endpoint,
        settings: &EmailSettings,
        letter: &Letter,
    ) -> Result<AsyncSmtpConnection, CarryError> {
        let not_yet = |error: SmtpError| later(endpoint, &told(&error));
        let unreached = |error: Undialled| later(endpoint, &error.to_string());
        let stream = self.dialler.connect(&endpoint.host, endpoint.port).await.map_err(unreached)?;
        let peer = stream.peer_addr().map_err(|error| later(endpoint, &error.to_string()))?;
        let stream: Box<dyn AsyncTokioStream> = match endpoint.security {
            Security::Tls => Metered::of(encrypt(&endpoint.host, stream).await.map_err(unreached)?, peer),
            Security::StartTls | Security::Plain => Metered::of(stream, peer),
        };
        let name = ClientId::Domain(letter.domain.clone());
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &name).await.map_err(not_yet)?;
        if endpoint.security == Security::StartTls {
            let parameters = TlsParameters::new_rustls(endpoint.host.clone()).map_err(not_yet)?;
            connection.starttls(parameters, &name).await.map_err(not_yet)?;
        }
        if let Some(username) = &settings.smtp_username {
            let password = settings.smtp_password.as_ref().map_or("", |password| password.reveal());
            let credentials = Credentials::new(username.clone(), password.to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(not_yet)?;
        }
        Ok(connection)
    }
}

/// What an error after signing in means for the mail.
fn judged(endpoint: &Endpoint, error: &SmtpError) -> CarryError {
    match error.status() {
        Some(code) if error.is_permanent() && is_about_the_mail(code) => {
            let error_code = Some(i64::from(u16::from(code)));
            CarryError::Never { status: Status::Undelivered, error_code, what: told(error) }
        }
        // An address that this server cannot write.
        None if error.is_client() => failed(told(error)),
        _ => later(endpoint, &told(error)),
    }
}

/// Whether a final refusal is about this mail: those of commands (50x) and of who may send (53x) are
/// about the channel, which somebody may mend.
fn is_about_the_mail(code: Code) -> bool {
    u16::from(code) >= 550
}

/// What a server said, in its numbers: its words may repeat addresses.
fn told(error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("the SMTP server answered {code}"),
        None => error.to_string(),
    }
}

fn later(endpoint: &Endpoint, what: &str) -> CarryError {
    CarryError::Later { what: format!("{}:{}: {what}", endpoint.host, endpoint.port) }
}

fn failed(what: String) -> CarryError {
    CarryError::Never { status: Status::Failed, error_code: None, what }
}

/// A connection that ends when the other side says too much: lines are read to their end, however far.
#[derive(Debug)]
struct Metered<S> {
    stream: S,
    peer: SocketAddr,
    left: usize,
}

impl<S> Metered<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static,
{
    fn of(stream: S, peer: SocketAddr) -> Box<dyn AsyncTokioStream> {
        Box::new(Metered { stream, peer, left: ANSWERS_BYTES_MAX })
    }
}

impl<S> AsyncTokioStream for Metered<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        match self.left.checked_sub(read) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Err(io::Error::other("the server says too much"))),
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
