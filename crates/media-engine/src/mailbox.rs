//! How other threads reach a media thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mio::Waker;

use crate::command::Command;
use crate::event::LegQuality;
use crate::line::Line;

/// What a leg's handle and its media thread share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Unique within the engine.
    pub(crate) id: u64,
    /// The owner's number.
    pub(crate) tag: u64,
    /// The thread that has the leg. It changes under the lock of the new thread's mailbox.
    pub(crate) thread: AtomicUsize,
    /// Whether the leg is gone.
    pub(crate) is_closed: AtomicBool,
    commands: Mutex<VecDeque<Command>>,
    quality: Mutex<LegQuality>,
}

impl Shared {
    /// For a leg on a thread.
    pub(crate) fn new(id: u64, tag: u64, thread: usize) -> Self {
        Self {
            id,
            tag,
            thread: AtomicUsize::new(thread),
            is_closed: AtomicBool::new(false),
            commands: Mutex::default(),
            quality: Mutex::default(),
        }
    }

    /// Queues a command; the thread must then be sent [`Mail::Wake`], once for each.
    pub(crate) fn queue(&self, command: Command) {
        lock(&self.commands).push_back(command);
    }

    /// The next command.
    pub(crate) fn next_command(&self) -> Option<Command> {
        lock(&self.commands).pop_front()
    }

    /// Puts a command back before those that came meanwhile.
    pub(crate) fn put_back(&self, command: Command) {
        lock(&self.commands).push_front(command);
    }

    /// The figures of the last report.
    pub(crate) fn quality(&self) -> LegQuality {
        *lock(&self.quality)
    }

    /// Publishes figures.
    pub(crate) fn set_quality(&self, quality: LegQuality) {
        *lock(&self.quality) = quality;
    }
}

/// What lies in a thread's mailbox.
#[derive(Debug)]
pub(crate) enum Mail {
    /// A leg to take over, new or from another thread.
    Adopt(Box<Line>),
    /// A leg has one more command. One for each, so that commands of several legs are carried out
    /// in the order in which they were given.
    Wake(Arc<Shared>),
    /// No more legs will come: end when the last one is closed.
    Shutdown,
}

/// A thread's mailbox.
#[derive(Debug)]
pub(crate) struct Mailbox {
    mail: Mutex<Vec<Mail>>,
    waker: Waker,
}

impl Mailbox {
    /// Empty; `waker` ends the thread's wait.
    pub(crate) fn new(waker: Waker) -> Self {
        Self { mail: Mutex::default(), waker }
    }

    /// Puts something in.
    pub(crate) fn post(&self, mail: Mail) {
        self.put(lock(&self.mail), mail);
    }

    /// Gives a leg to the thread with this number, which is the mailbox's.
    pub(crate) fn hand_over(&self, line: Box<Line>, thread: usize) {
        let waiting = lock(&self.mail);
        line.shared.thread.store(thread, Ordering::Release);
        self.put(waiting, Mail::Adopt(line));
    }

    fn put(&self, mut waiting: MutexGuard<'_, Vec<Mail>>, mail: Mail) {
        let was_empty = waiting.is_empty();
        waiting.push(mail);
        drop(waiting);
        if was_empty && let Err(error) = self.waker.wake() {
            tracing::error!(%error, "a media thread cannot be woken; its commands wait");
        }
    }

    /// Empties it to the end of `out`.
    pub(crate) fn take(&self, out: &mut VecDeque<Mail>) {
        out.extend(lock(&self.mail).drain(..));
    }
}

/// Nothing that is done under these locks can panic half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
