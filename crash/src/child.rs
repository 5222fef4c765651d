//! Child processes that serve HTTP on a port of their own: their side, and that of the driver.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::Router;
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;

/// Serves on a free port of the loopback, says which on standard output, calls `listening`, and ends when standard input
/// does, so that nothing is left behind by a driver that was killed.
///
/// # Errors
/// If it cannot listen or serve.
pub async fn serve(router: Router, listening: impl FnOnce()) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    std::thread::spawn(|| {
        // It holds nothing; an error is an end too.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    listening();
    axum::serve(listener, router).await
}

/// A child that listens. It is killed when this is dropped.
#[derive(Debug)]
pub struct Listening {
    child: Child,
    /// `http://…`
    pub url: String,
}

impl Listening {
    /// Starts a program that calls [`serve`]; what it says on standard error goes to the file `errors`.
    ///
    /// # Errors
    /// If it cannot be started, or ended before it listened.
    pub fn start(
        program: &Path,
        arguments: &[&str],
        environment: Vec<(&'static str, String)>,
        errors: &Path,
    ) -> io::Result<Self> {
        let errors_to = File::options().create(true).append(true).open(errors)?;
        let mut child = Command::new(program)
            .args(arguments)
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors_to)
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut line)?;
        let mut this = Self { child, url: format!("http://{}", line.trim_end()) };
        if line.ends_with('\n') {
            return Ok(this);
        }
        let status = this.child.wait()?;
        let said = std::fs::read_to_string(errors)?;
        Err(io::Error::other(format!("{} did not start, {status}: {said}", program.display())))
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it has ended and was waited for.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a child has an id");
        kill_process(pid, signal).expect("a child that is not waited for can be signalled");
    }

    /// Whether all of it stands still, because it was sent SIGSTOP.
    ///
    /// # Panics
    /// If it has ended and was waited for.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it is there");
        threads.map_while(Result::ok).all(|thread| {
            // One that has ended meanwhile does nothing either. The state comes after the name, which is in parentheses.
            let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_none_or(|(_, state)| state.starts_with('T'))
        })
    }

    /// Whether it has ended, which it must have done by SIGKILL.
    ///
    /// # Panics
    /// If it has ended otherwise: it crashed by itself.
    pub fn is_dead(&mut self) -> bool {
        let Some(status) = self.child.try_wait().expect("a child can be waited for") else { return false };
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "a server ended by itself: {status}");
        true
    }

    /// Kills it as `kill -9` does, and returns when it is gone.
    ///
    /// # Panics
    /// If it had ended otherwise before.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        let status = self.child.wait().expect("a child can be waited for");
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "a server ended by itself: {status}");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
