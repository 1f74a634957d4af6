//! A Unix socket that only the server's user may open.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// The longest path that every system takes for a socket, in bytes.
const MAX_PATH_BYTES: usize = 100;

/// The file of an open socket, removed when this is dropped.
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Opens the socket. One that a former run left behind is replaced; one that answers is not.
pub(super) fn open(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    if path.as_os_str().len() > MAX_PATH_BYTES {
        let text = format!(
            "its path has more than the {MAX_PATH_BYTES} bytes that sockets allow; \
                            set `socket` under `[admin]` to a shorter one"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    make_way(path)?;
    // In a folder of its own until its mode is set, so that nobody gets in before.
    let folder = beside(path);
    let _ = fs::remove_dir_all(&folder);
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let opened = open_in(&folder, path);
    let _ = fs::remove_dir_all(&folder);
    opened.map(|listener| (listener, SocketFile(path.to_path_buf())))
}

fn open_in(folder: &Path, path: &Path) -> io::Result<UnixListener> {
    let first = folder.join("s");
    let listener = UnixListener::bind(&first)?;
    fs::set_permissions(&first, fs::Permissions::from_mode(0o600))?;
    fs::rename(&first, path)?;
    Ok(listener)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

/// Removes what a former run left.
fn make_way(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?.file_type(),
    };
    if !kind.is_socket() {
        let text = "there is a file of that name that is no socket; remove it";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    if UnixStream::connect(path).is_ok() {
        let text = "a server answers there already; stop it, or give this one another `data_dir`";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
    }
    fs::remove_file(path)
}
