//! The certificate that browsers know the server's media by.

use std::sync::Arc;

use str0m::config::{CryptoProvider, DtlsCert};

use crate::Error;

/// A certificate with its key, and the cryptography that uses it. The answer to who it is lies in
/// the fingerprint that the offer tells; one may serve all connections of a process.
#[derive(Clone)]
pub struct Identity {
    pub(crate) certificate: DtlsCert,
    pub(crate) cryptography: Arc<CryptoProvider>,
}

impl Identity {
    /// Makes a certificate. Its key never leaves the process.
    ///
    /// # Errors
    /// [`Error::Certificate`] if the cryptography fails.
    pub fn generate() -> Result<Self, Error> {
        let cryptography = Arc::new(str0m::crypto::from_feature_flags());
        let certificate = cryptography.dtls_provider.generate_certificate();
        Ok(Self { certificate: certificate.ok_or(Error::Certificate)?, cryptography })
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
