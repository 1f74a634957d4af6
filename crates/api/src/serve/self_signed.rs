//! A certificate of our own, for servers that nobody has given one: made once, so that people who
//! have compared its fingerprint need not do so again.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use time::{Duration, OffsetDateTime};

use super::settings::ApiError;

/// How long a certificate is good; browsers refuse those of more than 825 days.
const LIFE: Duration = Duration::days(800);

/// It is made anew when it ends within this time.
const RENEW: Duration = Duration::days(30);

/// What is always named.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The files of the certificate and its key, made unless they are there, for the same names, and
/// good for a while yet.
pub(super) fn ensure(folder: &Path, names: &[String]) -> Result<(PathBuf, PathBuf), ApiError> {
    let (certificate, key) = (folder.join("https-certificate.pem"), folder.join("https-key.pem"));
    let mut all: Vec<_> = LOCAL.iter().map(ToString::to_string).collect();
    all.extend(names.iter().filter(|name| !LOCAL.contains(&name.as_str())).cloned());
    let now = OffsetDateTime::now_utc();
    if !(is_good(&certificate, &all, now) && key.exists()) {
        make(&certificate, &key, &all, now)?;
    }
    Ok((certificate, key))
}

/// Whether the first line, which is ours, names the same hosts and an end that is not near.
fn is_good(certificate: &Path, names: &[String], now: OffsetDateTime) -> bool {
    let Ok(text) = fs::read_to_string(certificate) else { return false };
    let (line, _) = text.split_once('\n').unwrap_or((&text, ""));
    let Some((until, named)) = line.split_once(" for ") else { return false };
    let until = until.strip_prefix("# until ").and_then(|until| until.parse::<i64>().ok());
    named == names.join(" ") && until.is_some_and(|until| until > (now + RENEW).unix_timestamp())
}

fn make(
    certificate: &Path,
    key: &Path,
    names: &[String],
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    let failed = |source| ApiError::Make { names: names.join(", "), source };
    let pair = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.not_before = now - Duration::days(1);
    params.not_after = now + LIFE;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Trunkline");
    let made = params.self_signed(&pair).map_err(failed)?;
    let until = params.not_after.unix_timestamp();
    let text = format!("# until {until} for {}\n{}", names.join(" "), made.pem());
    if let Some(folder) = certificate.parent() {
        fs::create_dir_all(folder).map_err(|source| file_error("make", folder, source))?;
    }
    // The key first: a certificate without its key would be taken for good.
    write(key, &pair.serialize_pem(), true)?;
    write(certificate, &text, false)
}

fn write(path: &Path, text: &str, is_secret: bool) -> Result<(), ApiError> {
    let failed = |source| file_error("write", path, source);
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if is_secret { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    let mut file = options.open(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)
}

fn file_error(doing: &'static str, path: &Path, source: std::io::Error) -> ApiError {
    ApiError::File { doing, path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_anew_before_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, _) = ensure(folder.path(), &[]).unwrap();
        let names: Vec<_> = LOCAL.iter().map(ToString::to_string).collect();
        let now = OffsetDateTime::now_utc();
        assert!(is_good(&certificate, &names, now));
        assert!(is_good(&certificate, &names, now + Duration::days(769)));
        assert!(!is_good(&certificate, &names, now + Duration::days(771)));
    }
}
