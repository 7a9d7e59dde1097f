//! The arrows of the house, checked: which crate may use which, how module files are named and how
//! long a file may grow.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What a crate may depend on: everything it is allowed to know.
const MAY_USE: &[(&str, &[&str])] = &[
    ("dwell-core", &[]),
    ("dwell-store", &["dwell-core"]),
    ("dwell-engine", &["dwell-core", "dwell-store"]),
    ("dwell-delivery", &["dwell-core", "dwell-engine"]),
    ("dwell-docs", &[]),
    ("dwell-http", &["dwell-core", "dwell-engine", "dwell-docs"]),
    ("dwell-realtime", &["dwell-core", "dwell-engine"]),
    ("dwell-mcp", &["dwell-core", "dwell-engine", "dwell-docs"]),
    (
        "dwell",
        &[
            "dwell-core",
            "dwell-store",
            "dwell-engine",
            "dwell-delivery",
            "dwell-docs",
            "dwell-http",
            "dwell-realtime",
            "dwell-mcp",
        ],
    ),
];

/// Crates that never ship and may use every other.
const FREE: &[&str] = &["dwell-testkit", "dwell-sim", "dwell-bench"];

/// The one crate that tests of every other may use.
const TEST_KIT: &str = "dwell-testkit";

/// Longest Rust file, in lines; a longer one is split by meaning.
const FILE_LINES_MAX: usize = 500;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

type Failure = Box<dyn std::error::Error>;

#[test]
fn crates_depend_only_along_the_arrows() -> Result<(), Failure> {
    let metadata = workspace()?;
    let members: BTreeSet<String> = metadata.workspace_packages().iter().map(|p| p.name.to_string()).collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let from = package.name.as_str();
        let edges = package.dependencies.iter().filter(|d| members.contains(&d.name));
        wrong.extend(edges.filter_map(|d| refused(from, &d.name, d.kind)));
        if !FREE.contains(&from) && allowed(from).is_none() {
            wrong.push(format!("{from} is not in MAY_USE: say what it may depend on"));
        }
    }
    assert_none(&wrong, "edges outside the arrows");
    Ok(())
}

#[test]
fn module_files_carry_their_own_name() -> Result<(), Failure> {
    let (root, files) = rust_files()?;
    let wrong: Vec<_> = files
        .iter()
        .filter(|file| file.file_name().is_some_and(|name| name == "mod.rs"))
        .map(|file| {
            let module = file.parent().unwrap_or(file);
            format!("{}: write {}.rs beside the folder", relative(&root, file), relative(&root, module))
        })
        .collect();
    assert_none(&wrong, "mod.rs files");
    Ok(())
}

#[test]
fn files_stay_short() -> Result<(), Failure> {
    let (root, files) = rust_files()?;
    let mut wrong = Vec::new();
    let mut excused = BTreeSet::new();
    for file in &files {
        let name = relative(&root, file);
        let lines = std::fs::read_to_string(file)?.lines().count();
        if lines <= FILE_LINES_MAX {
            continue;
        }
        match LONGER.iter().find(|(path, _)| *path == name) {
            Some((path, _)) => _ = excused.insert(*path),
            None => wrong.push(format!("{name}: {lines} lines, at most {FILE_LINES_MAX}; split it by meaning")),
        }
    }
    let idle = LONGER.iter().filter(|(path, _)| !excused.contains(path));
    wrong.extend(idle.map(|(path, _)| format!("{path}: short or gone, take it off LONGER")));
    assert_none(&wrong, "files of the wrong length");
    Ok(())
}

#[test]
fn the_rule_refuses_what_it_should() {
    let normal = DependencyKind::Normal;
    assert_eq!(refused("dwell-engine", "dwell-store", normal), None);
    assert_eq!(refused("dwell-sim", "dwell", normal), None);
    assert_eq!(refused("dwell-core", TEST_KIT, DependencyKind::Development), None);
    assert!(refused("dwell-core", TEST_KIT, normal).is_some());
    let said = refused("dwell-http", "dwell-store", normal).unwrap_or_default();
    assert!(said.starts_with("dwell-http -> dwell-store"), "{said}");
    assert!(refused("dwell-store", "dwell-engine", DependencyKind::Development).is_some());
    assert!(refused("dwell-store", "dwell-engine", DependencyKind::Build).is_some());
    assert!(refused("dwell", "dwell-sim", normal).is_some());
    assert!(refused("dwell-newcomer", "dwell-core", normal).is_some());
}

/// Why the edge may not be, if it may not.
fn refused(from: &str, to: &str, kind: DependencyKind) -> Option<String> {
    let for_tests = kind == DependencyKind::Development && to == TEST_KIT;
    let allowed = allowed(from).unwrap_or(&[]);
    if for_tests || FREE.contains(&from) || allowed.contains(&to) {
        return None;
    }
    let may = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
    Some(format!("{from} -> {to} ({kind} dependency): {from} may use {may}"))
}

fn allowed(from: &str) -> Option<&'static [&'static str]> {
    MAY_USE.iter().find(|(name, _)| *name == from).map(|(_, uses)| *uses)
}

fn workspace() -> Result<Metadata, Failure> {
    // Only what the manifests say: no resolution, hence no network.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    Ok(MetadataCommand::new().manifest_path(manifest).no_deps().exec()?)
}

/// The workspace folder and every Rust file of its members.
fn rust_files() -> Result<(PathBuf, Vec<PathBuf>), Failure> {
    let metadata = workspace()?;
    let mut files = Vec::new();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().ok_or("a manifest has a folder")?;
        collect(folder.as_std_path(), &mut files)?;
    }
    files.sort();
    if files.is_empty() {
        return Err("no Rust file found: the search itself is broken".into());
    }
    Ok((metadata.workspace_root.into_std_path_buf(), files))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string().replace('\\', "/")
}

fn assert_none(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}
