//! Puts mended files in place of the old ones. Each is whole at any time, as it was or mended: a run that is stopped
//! leaves the rest as they were, and the next one mends them.

use std::fs;
use std::io;

use super::Fixed;
use crate::add::bytes::Aside;
use crate::pipeline::Failure;

/// Writes every file aside, then renames them into place one after the other.
///
/// # Errors
/// Somebody else changed a file meanwhile, or the disk refuses; a failure says which files are mended and which are not.
pub(crate) fn write(all: &[Fixed]) -> Result<(), Failure> {
    placed(all, |aside, _| aside.place())
}

fn placed(all: &[Fixed], place: impl Fn(Aside, &Fixed) -> io::Result<()>) -> Result<(), Failure> {
    for fixed in all {
        match fs::read(&fixed.real) {
            Ok(now) if now == fixed.before => {}
            Ok(_) => return Err(changed(&fixed.path)),
            Err(e) => return Err(stopped(all, 0, &e, fixed)),
        }
    }
    let mut ready = Vec::new();
    for fixed in all {
        let aside = Aside::write(&fixed.real, &fixed.after);
        ready.push(aside.map_err(|e| stopped(all, 0, &e, fixed))?);
    }
    for (n, (aside, fixed)) in ready.into_iter().zip(all).enumerate() {
        place(aside, fixed).map_err(|e| stopped(all, n, &e, fixed))?;
    }
    Ok(())
}

/// The disk refused a file; the first `done` were mended before.
fn stopped(all: &[Fixed], done: usize, e: &io::Error, fixed: &Fixed) -> Failure {
    let names = |files: &[Fixed], comma| {
        let names: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
        names.join(comma)
    };
    let failure = crate::add::io(&fixed.path, e);
    let (mended, left) = all.split_at(done);
    if mended.is_empty() {
        return failure.helped(
            "一个文件也没有改；排除原因后再运行一次",
            "no file was changed; remove the cause and run it again",
        );
    }
    failure.helped(
        format!(
            "已经改好：{}；没有改：{}。每个文件都是完整的，排除原因后再运行一次，改其余的",
            names(mended, "、"),
            names(left, "、")
        ),
        format!(
            "mended: {}; not mended: {}. Each file is whole; remove the cause and run it again for the rest",
            names(mended, ", "),
            names(left, ", ")
        ),
    )
}

fn changed(path: &str) -> Failure {
    Failure::program(
        format!("{path} 刚刚被别人改过，没有写"),
        format!("{path} was changed just now; nothing was written"),
    )
    .helped("再来一次", "try again")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::fix::{Request, prepare};
    use crate::schema::Schema;

    const STAFF: &str = "编号,姓名,岗位\nＳ-1,王芳 ,主管\n";
    const VISITS: &str = "编号,回访时间,回访人,回访方式\nV-1,2025/3/1,Ｓ-1,电话\n";

    fn workspace() -> tempfile::TempDir {
        let w = tempfile::tempdir().unwrap();
        let office = w.path().join("records/o");
        fs::create_dir_all(&office).unwrap();
        fs::write(office.join("office.yaml"), "name: 示例\npolicies: []\n").unwrap();
        fs::write(office.join("staff.csv"), STAFF).unwrap();
        fs::write(office.join("visits.csv"), VISITS).unwrap();
        w
    }

    fn mends(root: &Path) -> Vec<Fixed> {
        let request = Request {
            root,
            offices: crate::workspace::offices(root),
            as_of: "2025-12-31".parse().unwrap(),
            covers: &|_| true,
        };
        prepare(&request, &Arc::new(Schema::embedded().unwrap())).unwrap()
    }

    fn files(root: &Path) -> Vec<(String, String)> {
        let all = fs::read_dir(root.join("records/o")).unwrap();
        let name = |e: &fs::DirEntry| e.file_name().into_string().unwrap();
        let mut all: Vec<_> = all
            .map(Result::unwrap)
            .map(|e| (name(&e), fs::read_to_string(e.path()).unwrap()))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn where_one_cannot_be_written_the_others_are_whole_and_a_second_run_mends_the_rest() {
        let (one, two) = (workspace(), workspace());
        let all = mends(one.path());
        assert_eq!(all.len(), 2);
        let failure = placed(&all, |aside, fixed| {
            if fixed.path.ends_with("visits.csv") {
                return Err(io::Error::other("disk"));
            }
            aside.place()
        });
        let failure = failure.unwrap_err();
        assert_eq!(failure.status, 3);
        let (said, help) = (failure.message.en, failure.help.unwrap().en);
        assert_eq!(said, "records/o/visits.csv: disk");
        assert!(
            help.starts_with("mended: records/o/staff.csv; not mended: records/o/visits.csv."),
            "{help}"
        );
        let left = files(one.path());
        assert_eq!(left.len(), 3, "nothing stays beside them: {left:?}");
        assert_eq!(left[1].1, "编号,姓名,岗位\nS-1,王芳,主管\n");
        assert_eq!(left[2].1, VISITS);

        write(&mends(one.path())).unwrap();
        write(&mends(two.path())).unwrap();
        assert_eq!(files(one.path()), files(two.path()));
        assert!(files(one.path())[2].1.contains("V-1,2025-03-01,S-1"));
    }

    #[test]
    fn where_one_cannot_be_written_aside_none_is_changed() {
        let w = workspace();
        let before = files(w.path());
        let all = mends(w.path());
        let beside = w.path().join("records/o/visits.csv.part");
        fs::create_dir(&beside).unwrap();
        let help = write(&all).unwrap_err().help.unwrap();
        assert!(help.en.starts_with("no file was changed"), "{}", help.en);
        fs::remove_dir(beside).unwrap();
        assert_eq!(files(w.path()), before);
    }

    #[test]
    fn what_a_killed_run_left_beside_a_file_is_no_hindrance() {
        let w = workspace();
        let beside = w.path().join("records/o/visits.csv.part");
        fs::write(&beside, "编号,回访").unwrap();
        write(&mends(w.path())).unwrap();
        assert!(!beside.exists());
        assert!(files(w.path())[2].1.contains("2025-03-01"));
    }
}
