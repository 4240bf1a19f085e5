//! A program started for a test: its output in a file, ended by its id whatever happens to the test.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A running program.
pub(crate) struct Child {
    process: process::Child,
    log: PathBuf,
}

impl Child {
    /// Starts `command`; what it says goes to `log`.
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> io::Result<Self> {
        let file = File::create(&log)?;
        let command = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(Self { process: command.spawn()?, log })
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Has it ended by itself?
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("--- {} said:\n{}---", self.log.display(), self.said());
        }
    }
}

/// A fresh folder, removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let name = format!("{name}-{}", process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover folder is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `command` with `input` and returns whether it succeeded, and what it said.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> io::Result<(bool, String)> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn()?;
    let stdin = process.stdin.take();
    let output = thread::scope(|scope| {
        // In a thread, so that a program that talks before it has read all cannot block.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        process.wait_with_output()
    })?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Asks until the answer is `Ok`, and panics with the last error when `limit` has passed.
#[track_caller]
pub(crate) fn poll<T>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> Result<T, String>,
) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(error) if start.elapsed() > limit => panic!("{what}: {error}, after {limit:?}"),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}
