//! The RSA keys that may sign assertions.

use std::path::{Path, PathBuf};

use aws_lc_rs::rsa::KeyPair;
use jsonwebtoken::DecodingKey;

use crate::error::SandboxError;

/// The keys; their values never show in a `Debug` text.
pub(crate) struct JwtKeys(Vec<DecodingKey>);

impl JwtKeys {
    /// Reads public keys, certificates, or private keys in PEM.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<JwtKeys, SandboxError> {
        // One crypto provider serves the whole program; when it is installed already, it stays.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        paths.iter().map(|path| read(path)).collect::<Result<_, _>>().map(JwtKeys)
    }

    pub(super) fn all(&self) -> &[DecodingKey] {
        &self.0
    }
}

impl std::fmt::Debug for JwtKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

fn read(path: &Path) -> Result<DecodingKey, SandboxError> {
    let text = std::fs::read(path).map_err(|source| SandboxError::Read {
        what: "the JWT key",
        path: path.to_owned(),
        source,
    })?;
    decode(&text).map_err(|message| SandboxError::JwtKey { path: path.to_owned(), message })
}

fn decode(text: &[u8]) -> Result<DecodingKey, String> {
    let block = pem::parse(text).map_err(|error| format!("this is no PEM file: {error}"))?;
    let pair = match block.tag() {
        "PRIVATE KEY" => KeyPair::from_pkcs8(block.contents()),
        "RSA PRIVATE KEY" => KeyPair::from_der(block.contents()),
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => {
            return DecodingKey::from_rsa_pem(text)
                .map_err(|error| format!("this is no RSA key: {error}"));
        }
        other => return Err(format!("a PEM block `{other}` holds no RSA key")),
    };
    let pair = pair.map_err(|error| format!("this is no RSA private key: {error}"))?;
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    let modulus = public.modulus();
    let exponent = public.exponent();
    Ok(DecodingKey::from_rsa_raw_components(
        modulus.big_endian_without_leading_zero(),
        exponent.big_endian_without_leading_zero(),
    ))
}
