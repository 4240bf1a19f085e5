//! Asking file systems that may never answer.

use parking_lot::{Condvar, Mutex};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// What a file system tells of itself: bytes and file nodes. A product that no number holds is not
/// told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) size: Option<u64>,
    pub(super) free: Option<u64>,
    pub(super) available: Option<u64>,
    pub(super) files: u64,
    pub(super) files_free: u64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The number of the error.
    Refused(i32),
    /// It has not come until now.
    Late,
}

pub(super) type Answer = Result<Usage, Fault>;

/// Asks the kernel, which may ask somebody else.
pub(super) fn ask(path: &Path) -> Answer {
    let told = rustix::fs::statvfs(path).map_err(|error| Fault::Refused(error.raw_os_error()))?;
    let bytes = |blocks: u64| blocks.checked_mul(told.f_bsize);
    Ok(Usage {
        size: bytes(told.f_blocks),
        free: bytes(told.f_bfree),
        available: bytes(told.f_bavail),
        files: told.f_files,
        files_free: told.f_ffree,
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(number) => {
                // As C and Go say it: `std` adds the number, and begins with a capital.
                let text = io::Error::from_raw_os_error(*number).to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                formatter.write_str(&text.to_lowercase())
            }
            Self::Late => formatter.write_str("mountpoint timeout"),
        }
    }
}

/// Questions that are not answered yet. Each has a thread, which ends with the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Remote(Arc<Mutex<Vec<Arc<Question>>>>);

#[derive(Debug)]
pub(super) struct Question {
    path: PathBuf,
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answer: Option<Answer>,
    /// Somebody waited in vain: nobody else does.
    is_late: bool,
}

impl Remote {
    /// Asks on a thread, or joins those who wait for the same. `None` if there is no thread to be had.
    pub(super) fn ask(&self, path: &Path, ask: fn(&Path) -> Answer) -> Option<Arc<Question>> {
        let mut open = self.0.lock();
        if let Some(question) = open.iter().find(|question| question.path == path) {
            return Some(Arc::clone(question));
        }
        let question = Arc::new(Question {
            path: path.into(),
            state: Mutex::default(),
            answered: Condvar::new(),
        });
        let (remote, asked) = (self.clone(), Arc::clone(&question));
        let answering = move || {
            let answer = ask(&asked.path);
            remote.0.lock().retain(|question| !Arc::ptr_eq(question, &asked));
            asked.state.lock().answer = Some(answer);
            asked.answered.notify_all();
        };
        thread::Builder::new().name("nunchi-statfs".into()).spawn(answering).ok()?;
        open.push(Arc::clone(&question));
        Some(question)
    }
}

impl Question {
    /// The answer, if it comes in time.
    pub(super) fn wait(&self, until: Instant) -> Answer {
        let mut state = self.state.lock();
        while state.answer.is_none() && !state.is_late {
            state.is_late = self.answered.wait_until(&mut state, until).timed_out();
        }
        state.answer.unwrap_or(Err(Fault::Late))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::Duration;

    const USAGE: Usage =
        Usage { size: Some(1), free: None, available: Some(0), files: 7, files_free: 5 };

    #[test]
    fn an_answer_in_time_is_told() {
        let remote = Remote::default();
        let until = Instant::now() + Duration::from_secs(60);
        let question = remote.ask(Path::new("/a"), |_| Ok(USAGE)).expect("a thread");
        assert_eq!(question.wait(until), Ok(USAGE));
        assert_eq!(remote.0.lock().len(), 0);
    }

    #[test]
    fn who_does_not_answer_is_asked_once_and_waited_for_once() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        static BACK: AtomicBool = AtomicBool::new(false);
        let dead = |_: &Path| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            while !BACK.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
            Ok(USAGE)
        };
        let remote = Remote::default();
        let path = Path::new("/dead");
        let question = remote.ask(path, dead).expect("a thread");
        assert_eq!(question.wait(Instant::now() + Duration::from_millis(20)), Err(Fault::Late));

        let far = Instant::now() + Duration::from_secs(600);
        for _ in 0..5 {
            let again = remote.ask(path, dead).expect("the same");
            assert_eq!(again.wait(far), Err(Fault::Late)); // At once.
        }
        assert_eq!(ASKED.load(Ordering::SeqCst), 1);

        BACK.store(true, Ordering::SeqCst);
        while !remote.0.lock().is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(remote.ask(path, |_| Ok(USAGE)).expect("a thread").wait(far), Ok(USAGE));
    }

    #[test]
    fn a_directory_that_is_not_there_is_refused() {
        let fault = ask(Path::new("/no/such/directory")).expect_err("it is not there");
        assert_eq!(fault.to_string(), "no such file or directory");
        assert!(ask(Path::new("/")).is_ok());
    }
}
