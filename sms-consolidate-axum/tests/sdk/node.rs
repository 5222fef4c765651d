//! What npm has to compare with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::{SCRIPTS, run};

/// Twilio's command line tool, which carries the specification of its API. Only that is unpacked.
const SPECIFICATION_PACKAGE: &str = "@twilio/cli-core@8.3.2";
const SPECIFICATION: &str = "package/src/services/twilio-api/twilio_api_v2010.json";

/// The folder that the packages of `package.json` are installed in, and the specification.
pub(crate) static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
    let wanted =
        fs::read_to_string(Path::new(SCRIPTS).join("package-lock.json")).unwrap() + SPECIFICATION_PACKAGE;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    // Written last: what an interrupted installation left is not used.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for file in ["package.json", "package-lock.json"] {
        fs::copy(Path::new(SCRIPTS).join(file), folder.join(file)).unwrap();
    }
    let npm = |arguments: &[&str]| {
        let mut command = Command::new("npm");
        command.args(arguments).arg("--loglevel=error").current_dir(&folder);
        run(&mut command, "Node with npm, and its registry, are needed: apt-get install npm")
    };
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    let archive = npm(&["pack", "--silent", SPECIFICATION_PACKAGE]);
    let mut tar = Command::new("tar");
    run(tar.args(["-xzf", archive.trim(), SPECIFICATION]).current_dir(&folder), "tar with gzip is needed");
    fs::write(&installed, wanted).unwrap();
    folder
});

/// Where Twilio's specification of its API is.
pub(crate) fn specification() -> PathBuf {
    PACKAGES.join(SPECIFICATION)
}

/// Node, in the folder with the packages.
pub(crate) fn node() -> Command {
    let mut node = Command::new("node");
    node.current_dir(&*PACKAGES);
    node
}
