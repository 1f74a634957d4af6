//! All desktops of a floor, on a thread of their own.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::desktop::{Desktop, Seen, Work};
use crate::pages::{Pages, Session};
use crate::server::Place;
use crate::site::FIRST_PHONE;

/// How many users are made, or sign in, at once.
const AT_ONCE: usize = 8;

/// Desktops of agents, which keep their connections until they are dropped.
pub struct Desks {
    /// What they see.
    pub seen: Arc<Seen>,
    /// The administrator.
    pub admin: Arc<Admin>,
    count: usize,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// The administrator's session.
pub struct Admin {
    session: Session,
    runtime: Runtime,
}

impl Admin {
    /// Sends a request. Gives the status and the answer.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        body: serde_json::Value,
    ) -> io::Result<(u16, serde_json::Value)> {
        self.runtime.block_on(self.session.send(method, path, body))
    }
}

impl Desks {
    /// Makes a user for each agent of the place and signs them in: the last `idlers` take no
    /// calls. Phones have to register before anybody can be Available.
    ///
    /// # Errors
    /// When the server refuses something.
    pub fn open(place: &Place, idlers: usize, wrap_up_ms: u64) -> io::Result<Self> {
        let address = place.site.pages.ok_or_else(|| io::Error::other("there are no pages"))?;
        let (count, log) = (place.site.agents, place.folder.join("server.log"));
        let runtime = runtime()?;
        let seen = Seen::new(count);
        let (session, desktops) = runtime.block_on(staff(
            address,
            &log,
            count,
            |number| {
                let takes_calls = number + idlers < count;
                if takes_calls { Work::Calls { wrap_up_ms } } else { Work::Idles }
            },
            &seen,
        ))?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let Ok(runtime) = self::runtime() else { return };
            runtime.block_on(async {
                desktops.into_iter().for_each(|desktop| drop(tokio::spawn(desktop.keep())));
                let _ = stopped.await;
            });
        });
        let admin = Arc::new(Admin { session, runtime });
        Ok(Self { seen, admin, count, stop: Some(stop), thread: Some(thread) })
    }

    /// Waits until all desktops are connected and show an agent who is signed in. Gives how long
    /// that took, or how many are not.
    pub fn all_back(&self, patience: Duration) -> Result<Duration, usize> {
        let began = Instant::now();
        loop {
            let missing = self.count - self.seen.connected();
            match missing {
                0 => return Ok(began.elapsed()),
                _ if began.elapsed() > patience => return Err(missing),
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Waits until no desktop is connected any more.
    pub fn all_gone(&self) {
        let began = Instant::now();
        while self.seen.connected() > 0 && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Makes users, signs them in and has them begin their shift.
async fn staff(
    address: std::net::SocketAddrV4,
    log: &Path,
    count: usize,
    work: impl Fn(usize) -> Work,
    seen: &Arc<Seen>,
) -> io::Result<(Session, Vec<Desktop>)> {
    let pages = Pages::new(address)?;
    let admin = pages.set_up(log).await?;
    let (mut desktops, mut begun) = (Vec::with_capacity(count), tokio::task::JoinSet::new());
    for number in 0..count {
        let (pages, admin, seen, work) = (pages.clone(), admin.clone(), seen.clone(), work(number));
        begun.spawn(async move {
            let agent = format!("agent-{}", FIRST_PHONE + number as u64);
            admin.make_user(&agent, &agent).await?;
            let session = pages.sign_in(&agent).await?;
            let desktop = Desktop { number, session, work, seen };
            desktop.begin().await?;
            io::Result::Ok(desktop)
        });
        if begun.len() >= AT_ONCE {
            desktops.extend(next(&mut begun).await?);
        }
    }
    while let Some(desktop) = next(&mut begun).await? {
        desktops.push(desktop);
    }
    Ok((admin, desktops))
}

async fn next(
    begun: &mut tokio::task::JoinSet<io::Result<Desktop>>,
) -> io::Result<Option<Desktop>> {
    begun.join_next().await.transpose().map_err(io::Error::other)?.transpose()
}
