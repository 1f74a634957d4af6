//! The server's certificate: from files that are read again when they change, or one of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use ::aws_lc_rs::digest::{SHA256, digest};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::self_signed;
use super::settings::{ApiError, Transport};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The largest file that is read as a certificate or a key.
const LARGEST: u64 = 256 * 1024;

/// The certificate in use.
#[derive(Debug)]
pub(crate) struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    key: Arc<CertifiedKey>,
    stamp: Stamp,
}

/// When the files changed last, and how long they are.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Identity {
    /// The certificate of this transport, which is made if it is to be one of our own.
    pub(crate) fn open(transport: &Transport) -> Result<Option<Arc<Self>>, ApiError> {
        let (certificate, key) = match transport {
            Transport::Plain => return Ok(None),
            Transport::Files { certificate, key } => (certificate.clone(), key.clone()),
            Transport::SelfSigned { folder, names } => self_signed::ensure(folder, names)?,
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let stamp = stamp(&certificate, &key);
        let key_pair = load(&certificate, &key, &provider)?;
        let current = RwLock::new(Current { key: Arc::new(key_pair), stamp });
        Ok(Some(Arc::new(Self { certificate, key, provider, current })))
    }

    /// TLS 1.2 and 1.3, HTTP/1.1.
    pub(crate) fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, ApiError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// The SHA-256 of the certificate, as browsers show it.
    pub(crate) fn fingerprint(&self) -> String {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.key.cert.first().map(|certificate| fingerprint(certificate)).unwrap_or_default()
    }

    /// Reads the files again. What cannot be used leaves the old ones in use.
    pub(crate) fn reload(&self) -> Result<(), ApiError> {
        let stamp = stamp(&self.certificate, &self.key);
        let loaded = load(&self.certificate, &self.key, &self.provider);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        // Noted for bad files too: they are not read again until somebody touches them.
        current.stamp = stamp;
        current.key = Arc::new(loaded?);
        Ok(())
    }

    fn has_changed(&self) -> bool {
        let now = stamp(&self.certificate, &self.key);
        self.current.read().unwrap_or_else(PoisonError::into_inner).stamp != now
    }

    /// Looks for changed files, for as long as it is let.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let this = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || this.look()).await;
            if let Err(error) = looked {
                tracing::error!("the certificate could not be looked at: {error}");
            }
        }
    }

    fn look(&self) {
        if !self.has_changed() {
            return;
        }
        match self.reload() {
            Ok(()) => tracing::info!(fingerprint = self.fingerprint(), "certificate read again"),
            Err(error) => tracing::warn!("the certificate in use stays: {error}"),
        }
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current.key))
    }
}

fn stamp(certificate: &Path, key: &Path) -> Stamp {
    [certificate, key].map(|path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn load(
    certificate: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, ApiError> {
    let wrong = |path: &Path, problem: String| ApiError::Certificate { path: path.into(), problem };
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| wrong(certificate, format!("this is no PEM: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(certificate, "there is no certificate in this file".to_owned()));
    }
    let key_der = PrivateKeyDer::from_pem_slice(&read(key)?)
        .map_err(|error| wrong(key, format!("there is no private key in PEM here: {error}")))?;
    CertifiedKey::from_der(chain, key_der, provider)
        .map_err(|error| wrong(key, format!("it does not fit {}: {error}", certificate.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, ApiError> {
    let failed = |source| ApiError::File { doing: "read", path: path.into(), source };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > LARGEST {
        let problem = format!("{size} bytes are too many for a certificate or a key");
        return Err(ApiError::Certificate { path: path.into(), problem });
    }
    std::fs::read(path).map_err(failed)
}

/// The SHA-256 of a certificate: `AB:CD:…`.
fn fingerprint(certificate: &[u8]) -> String {
    let digest = digest(&SHA256, certificate);
    let pairs: Vec<_> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(folder: &Path, names: &[&str]) -> Arc<Identity> {
        let names = names.iter().map(ToString::to_string).collect();
        let transport = Transport::SelfSigned { folder: folder.into(), names };
        Identity::open(&transport).unwrap().unwrap()
    }

    #[test]
    fn our_own_certificate_is_made_once_and_anew_for_other_names() {
        let folder = tempfile::tempdir().unwrap();
        let first = own(folder.path(), &["cc.example"]).fingerprint();
        assert_eq!(first.len(), 32 * 3 - 1);
        assert_eq!(own(folder.path(), &["cc.example"]).fingerprint(), first);
        assert_ne!(own(folder.path(), &["other.example"]).fingerprint(), first);
    }

    #[test]
    fn bad_files_leave_the_old_certificate_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let identity = own(folder.path(), &[]);
        let before = identity.fingerprint();
        assert!(!identity.has_changed());
        std::fs::write(&identity.certificate, "no certificate").unwrap();
        assert!(identity.has_changed());
        identity.look();
        assert_eq!(identity.fingerprint(), before);
        assert!(!identity.has_changed(), "bad files are read once");
        let other = tempfile::tempdir().unwrap();
        let (certificate, key) = self_signed::ensure(other.path(), &[]).unwrap();
        std::fs::copy(certificate, &identity.certificate).unwrap();
        let error = identity.reload().unwrap_err().to_string();
        assert!(error.contains("does not fit"), "{error}");
        std::fs::copy(key, &identity.key).unwrap();
        identity.reload().unwrap();
        assert_ne!(identity.fingerprint(), before);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let identity = own(folder.path(), &[]);
        let mode = std::fs::metadata(&identity.key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
