//! Files that go along with a message as bytes: nobody fetches those of an e-mail.

use dwell_core::receipt::Status;

use crate::carriers::{CarryError, Parcel};
use crate::engine::Engine;
use crate::error::Error;

/// Most bytes of the files of one e-mail: a third more on the way, they stay below the 25 MiB that mail servers take.
const EMAIL_FILES_BYTES_MAX: i64 = 18 * 1024 * 1024;

impl Engine {
    /// Puts the bytes of its files into a parcel.
    ///
    /// # Errors
    /// [`CarryError::Never`] when they are more than an e-mail may carry or one of them is gone;
    /// [`CarryError::Later`] when they cannot be read now.
    pub(crate) async fn pack(&self, parcel: &mut Parcel) -> Result<(), CarryError> {
        let never = |what: &str| CarryError::Never { status: Status::Failed, error_code: None, what: what.to_owned() };
        let mut left = EMAIL_FILES_BYTES_MAX;
        for file in &mut parcel.media {
            left = left.saturating_sub(file.size);
            if left < 0 {
                return Err(never("its files are larger than an e-mail may be"));
            }
            let bytes_max = file.size.unsigned_abs();
            match self.media_bytes(&parcel.channel.account_sid, &file.sid, bytes_max).await {
                Ok((_, bytes)) => file.bytes = Some(bytes),
                Err(Error::NotFound | Error::Refused(_)) => return Err(never("one of its files is gone")),
                Err(error) => return Err(CarryError::Later { what: format!("its files cannot be read: {error}") }),
            }
        }
        Ok(())
    }
}
