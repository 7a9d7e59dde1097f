//! Where media is kept: a directory, or a bucket that speaks S3.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore};

use crate::failure::Failure;

/// How long an answer may take as a whole, which for a large file over a thin line is long; a line on which
/// nothing comes is given up sooner.
const S3_TIMES: [(ClientConfigKey, &str); 3] = [
    (ClientConfigKey::Timeout, "3 hours"),
    (ClientConfigKey::ReadTimeout, "30 seconds"),
    (ClientConfigKey::ConnectTimeout, "10 seconds"),
];

/// Where media is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MediaStore {
    /// In this directory.
    Directory(PathBuf),
    /// In a bucket, under names that begin with the prefix.
    Bucket {
        /// Its name.
        bucket: String,
        /// A path without slashes around it; empty for none.
        prefix: String,
    },
}

impl FromStr for MediaStore {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Ok(MediaStore::Directory(path.into()));
        }
        let (bucket, prefix) =
            text.strip_prefix("s3://").map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
        if bucket.is_empty() || bucket.contains(['@', '?', '#']) {
            return Err("media is kept in file:DIRECTORY or s3://BUCKET/PREFIX");
        }
        Ok(MediaStore::Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

impl fmt::Display for MediaStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MediaStore::Directory(path) => write!(f, "file:{}", path.display()),
            MediaStore::Bucket { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            MediaStore::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl MediaStore {
    /// Opens it: makes the directory, or reads from the environment (`AWS_…`) how the bucket is reached.
    pub(crate) fn open(&self) -> Result<Arc<dyn ObjectStore>, Failure> {
        let refuse = |problem: &dyn fmt::Display| Failure::new(format_args!("media_store `{self}`: {problem}"));
        match self {
            MediaStore::Directory(path) => {
                make_private(path).map_err(|error| refuse(&error))?;
                let store = LocalFileSystem::new_with_prefix(path).map_err(|error| refuse(&error))?;
                // What is answered for is on disk, and its name too.
                Ok(Arc::new(store.with_fsync(true)))
            }
            MediaStore::Bucket { bucket, prefix } => {
                let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
                let builder = S3_TIMES
                    .into_iter()
                    .fold(builder, |builder, (key, time)| builder.with_config(AmazonS3ConfigKey::Client(key), time));
                let store = builder.build().map_err(|error| refuse(&error))?;
                Ok(Arc::new(PrefixStore::new(store, prefix.as_str())))
            }
        }
    }
}

/// Makes a directory for its owner only.
fn make_private(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use object_store::{ObjectStoreExt, PutPayload};

    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_shown() {
        for text in ["file:./dwell-data/media", "file:/var/lib/dwell/media", "s3://bucket", "s3://bucket/a/b"] {
            assert_eq!(text.parse::<MediaStore>().unwrap().to_string(), text);
        }
        assert_eq!("s3://bucket/a/".parse::<MediaStore>().unwrap().to_string(), "s3://bucket/a");
        for bad in ["", "file:", "s3://", "s3:///a", "s3://key:secret@bucket", "/var/media", "gs://bucket"] {
            assert!(bad.parse::<MediaStore>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bucket_can_be_opened() {
        // Nothing is asked of it yet.
        assert!("s3://bucket/a".parse::<MediaStore>().unwrap().open().is_ok());
    }

    #[tokio::test]
    async fn a_directory_is_made_for_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/media");
        let store = MediaStore::Directory(path.clone()).open().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        store.put(&"AC/1/ME".into(), PutPayload::from_static(b"x")).await.unwrap();
        assert_eq!(std::fs::read(path.join("AC/1/ME")).unwrap(), b"x");
    }
}
