//! A Postgres server for the time of a test.
//!
//! ```no_run
//! use throwaway_postgres::Server;
//!
//! let server = Server::start();
//! let url = server.url();
//! ```
//!
//! The programs are taken from `PATH`, or from where Debian keeps them. The server listens on loopback alone, keeps its
//! data in a folder of its own, and ends with the process that started it, however that ends. As root it runs as the
//! user `postgres`, or `nobody`, because Postgres refuses to run as root.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The user and the database that every server has.
pub const USER: &str = "tester";
/// Its password.
pub const PASSWORD: &str = "a password";

/// How long a server may take to start.
const START_TRIES: u32 = 600;
const START_PAUSE: Duration = Duration::from_millis(50);

/// A server that runs until this is dropped or the process ends.
pub struct Server {
    folder: PathBuf,
    port: Port,
    programs: PathBuf,
    user: Option<String>,
    options: Vec<String>,
    running: Option<Child>,
}

/// Whether a write waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// It does, as in service.
    Waited,
    /// It does not: quicker, and lost if the machine fails, but not if the server does.
    NotWaited,
}

impl Server {
    /// A server that does not wait for the disk.
    ///
    /// # Panics
    /// If no server can be had.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Disk::NotWaited, &[])
    }

    /// A server with these settings of `postgresql.conf`, each as `name=value`.
    ///
    /// # Panics
    /// If no server can be had.
    #[must_use]
    pub fn with(disk: Disk, settings: &[&str]) -> Self {
        let mut server = Self::prepare(disk, settings);
        server.run();
        server
    }

    /// A server that does not wait for the disk, and takes clients with TLS and without. It shows them the chain of
    /// certificates, which like its key is given as PEM.
    ///
    /// # Panics
    /// If no server can be had.
    #[must_use]
    pub fn with_tls(certificates: &str, key: &str) -> Self {
        let mut server = Self::prepare(Disk::NotWaited, &["ssl=on"]);
        for (name, content) in [("server.crt", certificates), ("server.key", key)] {
            let path = server.data().join(name);
            fs::write(&path, content).expect("our own folder");
            // Postgres takes no key that others can read.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("our own file");
        }
        server.give_away();
        server.run();
        server
    }

    /// A server that has its data and does not run yet.
    fn prepare(disk: Disk, settings: &[&str]) -> Self {
        let programs = programs().unwrap_or_else(|| {
            panic!(
                "no Postgres server on this machine: neither initdb in PATH nor /usr/lib/postgresql. \
                 Debian and Ubuntu: apt-get install postgresql; macOS: brew install postgresql"
            )
        });
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let folder = std::env::temp_dir().join(format!("throwaway-postgres-{process}-{number}"));
        fs::create_dir(&folder).expect("a folder for the server's data");
        let user = unprivileged_user();
        let mut options: Vec<String> = [
            "listen_addresses=127.0.0.1",
            "max_connections=400",
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            "log_min_messages=fatal",
            "log_statement=none",
            "unix_socket_directories=",
        ]
        .map(str::to_owned)
        .into();
        if disk == Disk::NotWaited {
            options.extend(["fsync=off", "full_page_writes=off"].map(str::to_owned));
        }
        options.extend(settings.iter().map(|setting| (*setting).to_owned()));
        let server = Self {
            folder,
            port: Port::take(process.wrapping_mul(100).wrapping_add(number)),
            programs,
            user,
            options,
            running: None,
        };
        server.initialise();
        server
    }

    /// Where to connect.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(USER)
    }

    /// Where to connect for a database of this name, which need not be there.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        let password = PASSWORD.replace(' ', "%20");
        format!("postgres://{USER}:{password}@127.0.0.1:{}/{database}", self.port())
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number
    }

    /// The folder of its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs SQL as the superuser, with `psql`. Returns what it printed, unaligned.
    ///
    /// # Panics
    /// If that fails.
    pub fn psql(&self, sql: &str) -> String {
        let psql =
            [self.programs.join("psql"), PathBuf::from("psql")].into_iter().find(|path| path.is_file());
        let output = Command::new(psql.unwrap_or_else(|| "psql".into()))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.url()])
            .output()
            .expect("psql can be run");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops the server at once, as a crash would (`immediate`), or in order (`fast`), with its connections cut.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&mut self, mode: &str) {
        let Some(mut child) = self.running.take() else { return };
        // Waiting for a child closes its input first, and that would be taken for our end.
        let input = child.stdin.take();
        let stop = ["stop", "-w", "-m", mode, "-D"].map(str::to_owned);
        let stopped = self.command("pg_ctl").args(stop).arg(self.data()).output().expect("pg_ctl can be run");
        assert!(stopped.status.success(), "{}", String::from_utf8_lossy(&stopped.stderr));
        let _ = child.wait();
        drop(input);
    }

    /// Starts it again, on the same port with the same data.
    ///
    /// # Panics
    /// If it does not start.
    pub fn run(&mut self) {
        if self.running.is_some() {
            return;
        }
        // When we end, however that is, the input of the shell does, and it stops the server and clears up.
        const SCRIPT: &str = r#"
            trap '' HUP INT TERM
            exec 3<&0 </dev/null
            "$@" 3<&- & server=$!
            (cat >/dev/null; : >"$0/ended"; kill -QUIT $server 2>/dev/null) <&3 & watcher=$!
            exec 3<&-
            wait $server
            if [ -e "$0/ended" ]; then rm -rf "$0"; else kill -KILL $watcher; fi
        "#;
        let mut command = self.command_of(Path::new("/bin/sh"));
        command.args(["-c", SCRIPT]).arg(&self.folder);
        command.arg(self.programs.join("postgres")).arg("-D").arg(self.data());
        command.args(["-p", &self.port().to_string()]);
        for option in &self.options {
            command.args(["-c", option]);
        }
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).expect("a log");
        let copy = log.try_clone().expect("a log");
        let child = command.stdin(Stdio::piped()).stdout(copy).stderr(log).spawn().expect("sh can be run");
        self.running = Some(child);
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&mut self) {
        for _ in 0..START_TRIES {
            if self.answers() {
                return;
            }
            let child = self.running.as_mut().expect("it was started a moment ago");
            if let Ok(Some(status)) = child.try_wait() {
                panic!("the server ended with {status}: {}", self.log());
            }
            pause(START_PAUSE);
        }
        panic!("the server does not answer: {}", self.log());
    }

    /// Whether it lets a client in: a start packet with no user is refused with an error, but only once it is up.
    fn answers(&self) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port()));
        let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
            return false;
        };
        let parameters = format!("user\0{USER}\0database\0{USER}\0\0");
        let length = u32::try_from(parameters.len() + 8).expect("it is short");
        let mut packet = length.to_be_bytes().to_vec();
        packet.extend(196_608_u32.to_be_bytes());
        packet.extend(parameters.as_bytes());
        let mut answer = [0];
        let asked = stream.write_all(&packet).and_then(|()| stream.read_exact(&mut answer));
        // `R` asks for the password; `E` says that it is starting up.
        asked.is_ok() && answer[0] == b'R'
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn initialise(&self) {
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o755)).expect("our own folder");
        let password = self.folder.join("password");
        fs::write(&password, PASSWORD).expect("our own folder");
        self.give_away();
        let made = self
            .command("initdb")
            .args(["-N", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-U", USER])
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(self.data())
            .output()
            .expect("initdb can be run");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let created = self
            .command("postgres")
            .args(["--single", "-F", "-D"])
            .arg(self.data())
            .arg("postgres")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(|mut child| {
                let mut input = child.stdin.take().expect("it is piped");
                input.write_all(format!("CREATE DATABASE {USER}\n").as_bytes())?;
                drop(input);
                child.wait_with_output()
            })
            .expect("postgres can be run");
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    }

    /// Gives all files to whom the server runs as.
    fn give_away(&self) {
        if let Some(user) = &self.user {
            let owned = Command::new("chown").args(["-R", user]).arg(&self.folder).status();
            assert!(owned.is_ok_and(|status| status.success()), "root can give its folder away");
        }
    }

    fn command(&self, program: &str) -> Command {
        self.command_of(&self.programs.join(program))
    }

    /// Runs a program as whoever owns the data.
    fn command_of(&self, program: &Path) -> Command {
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={user}"), &format!("--regid={}", group_of(user))]);
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        // Whatever the caller's surroundings say of other servers, and of languages.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C");
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // Its input ends, and the shell stops the server.
            drop(child.stdin.take());
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Test code waits for a process that says nothing when it is ready.
#[expect(clippy::disallowed_methods, reason = "a server starts in real time")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A port that the server gets each time that it starts, and nobody else meanwhile.
struct Port {
    number: u16,
    /// Of the same number. It is free if no other server here has it, running or not.
    _taken: UdpSocket,
}

/// Below those that systems give to whoever asks for any: 32768 and more on Linux, 49152 and more elsewhere.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

impl Port {
    /// The first that is free after so many others. Numbers that differ keep clients of a server that is gone away from
    /// the next one.
    fn take(after: u32) -> Self {
        let mut in_turn = PORTS.cycle().skip(after as usize % PORTS.len()).take(PORTS.len());
        let free = in_turn.find_map(|number| {
            let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            Some(Self { number, _taken: taken })
        });
        free.expect("there is a free port")
    }
}

/// The newest folder with the server's programs.
fn programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
    };
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_all(folder))
        .collect();
    installed.sort();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&paths).find(has_all);
    installed.pop().map(|(_, folder)| folder).or(in_path)
}

/// Whom to run the server as, if we are root.
fn unprivileged_user() -> Option<String> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let known =
        |user: &&str| Command::new("id").arg(user).output().is_ok_and(|output| output.status.success());
    is_root.then(|| {
        ["postgres", "nobody"].into_iter().find(known).expect("there is a user beside root").to_owned()
    })
}

fn group_of(user: &str) -> String {
    let output = Command::new("id").args(["-g", user]).output().expect("id can be run");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_nobody_elses_whether_its_server_runs_or_not() {
        let first = Port::take(7);
        let second = Port::take(7);
        assert_ne!(first.number, second.number);
        let number = first.number;
        drop(first);
        let somebody = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).expect("it is free again");
        assert_ne!(Port::take(7).number, number);
        drop(somebody);
        for port in
            (0..100).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|any| any.local_addr()))
        {
            assert!(
                !PORTS.contains(&port.expect("there is a free port").port()),
                "whoever asks for any gets others"
            );
        }
    }
}
