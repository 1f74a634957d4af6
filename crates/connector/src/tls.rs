//! TLS: rustls with aws-lc-rs (decision 23), the system's certificate authorities, and those of
//! `SSL_CERT_FILE`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::ConnectorError;
use crate::options::Options;

/// The variable that names a PEM file of additional certificate authorities.
const CERT_FILE: &str = "SSL_CERT_FILE";

/// The TLS configuration of all connections.
pub(crate) fn config(options: &Options) -> Result<ClientConfig, ConnectorError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let extra = extra_roots(options)?;
    let setup = |error: rustls::Error| ConnectorError::Setup(error.to_string());
    let building = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(setup)?;
    // A machine without any certificate authority can still use plain HTTP; HTTPS then fails
    // with a message about the certificate's issuer.
    Ok(match Verifier::new_with_extra_roots(extra, provider) {
        Ok(verifier) => building
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(_) => building.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    })
}

fn extra_roots(options: &Options) -> Result<Vec<CertificateDer<'static>>, ConnectorError> {
    let Some(path) = (options.env)(CERT_FILE).filter(|path| !path.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = PathBuf::from(path);
    let unusable = |reason: String| ConnectorError::CertFile { path: path.clone(), reason };
    let found =
        CertificateDer::pem_file_iter(&path).map_err(|error| unusable(error.to_string()))?;
    let mut known = RootCertStore::empty();
    let usable: Vec<_> =
        found.filter_map(Result::ok).filter(|root| known.add(root.clone()).is_ok()).collect();
    match usable.is_empty() {
        true => Err(unusable("it holds no certificate".to_owned())),
        false => Ok(usable),
    }
}
