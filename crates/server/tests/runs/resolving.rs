//! What a pasted text means.

use serde_json::json;
use spinloom_flow::RunStatus;

use super::{encoded, fill, make};
use crate::support::Server;

#[test]
fn whatever_names_something_is_resolved() {
    let server = Server::over(|provider| {
        fill(provider);
        make(provider, ("Other", "ann"), &[], 5, RunStatus::Done, 1.0);
    });
    for (pasted, pathspec, path) in [
        ("Train", "Train", "/flows/Train"),
        (" Train/2 ", "Train/2", "/flows/Train/runs/2"),
        ("Train/2/start", "Train/2/start", "/flows/Train/runs/2/steps/start"),
        ("Train/2/start/1", "Train/2/start/1", "/flows/Train/runs/2/tasks/1"),
        ("Train/2/start/1/model", "Train/2/start/1/model", "/flows/Train/runs/2/tasks/1/artifacts/model"),
        ("Train/latest", "Train/4", "/flows/Train/runs/4"),
        ("Train/latest:failed/start", "Train/2/start", "/flows/Train/runs/2/steps/start"),
        ("Train/latest:done", "Train/3", "/flows/Train/runs/3"),
        ("3", "Train/3", "/flows/Train/runs/3"),
        (
            "https://ui.example.com/Train/2/view/timeline?steps=start",
            "Train/2/start",
            "/flows/Train/runs/2/steps/start",
        ),
        ("http://localhost:3000/Train/2/view/dag", "Train/2", "/flows/Train/runs/2"),
        ("/Train/2/start/1?tab=logs", "Train/2/start/1", "/flows/Train/runs/2/tasks/1"),
        ("/Train/2/start/not-selected", "Train/2", "/flows/Train/runs/2"),
        ("/flows/Train/runs/2/tasks/1", "Train/2/start/1", "/flows/Train/runs/2/tasks/1"),
        ("/flows/Train/runs/2/steps/start", "Train/2/start", "/flows/Train/runs/2/steps/start"),
    ] {
        let answer = server.get(&format!("/api/v1/resolve?path={}", encoded(pasted))).ok();
        assert_eq!((&answer["pathspec"], &answer["path"]), (&json!(pathspec), &json!(path)), "{pasted}");
    }
    let by_id = server.get("/api/v1/resolve?path=1").ok();
    assert_eq!((&by_id["pathspec"], &by_id["others"]), (&json!("Other/1"), &json!(["Score/1", "Train/1"])));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let server = Server::over(fill);
    for (pasted, status, told) in [
        ("Trian", 404, "did you mean `Train`?"),
        ("Train/99", 404, "the newest is `Train/4`"),
        ("Train/2/strat", 404, "did you mean `start`?"),
        ("Train/2/start/9", 404, "tasks of `start`"),
        ("Score/latest:done", 404, "there is no run of `Score` that is done"),
        ("Train/latest:odd", 400, "no status"),
        ("a b/c", 400, "pathspec"),
        ("Train/2/start/1/x/y/z", 400, "pathspec"),
        ("../../etc/passwd", 400, "pathspec"),
    ] {
        let answer = server.get(&format!("/api/v1/resolve?path={}", encoded(pasted)));
        assert_eq!(answer.status, status, "{pasted}: {}", answer.text());
        assert!(answer.text().contains(told), "{pasted}: {}", answer.text());
    }
}
