//! Lists, counts, groups, dots, completions.

use serde_json::{Value, json};

use super::{encoded, fill, names};
use crate::support::Server;

#[test]
fn runs_are_listed_newest_first_with_all_that_is_known() {
    let server = Server::over(fill);
    let answer = server.get("/api/v1/runs?columns=param.lr,param.kind,param.layers,steps").ok();
    assert_eq!(names(&answer), "Train/4 Score/2 Score/1 Train/3 Train/2 Train/1");
    let row = &answer["rows"][4];
    assert_eq!(row["status"], "failed");
    assert_eq!(row["user"], "ann");
    assert_eq!(row["tags"], json!(["a b", "prod"]));
    assert_eq!(row["system_tags"], json!(["project:fraud", "project_branch:user.ann", "user:ann"]));
    assert_eq!(row["duration"].as_i64().unwrap(), 25 * super::MINUTE);
    assert_eq!(
        row["duration"].as_i64().unwrap(),
        row["finished_at"].as_i64().unwrap() - row["started_at"].as_i64().unwrap()
    );
    assert_eq!(row["parameters"], json!({"lr": 0.01, "kind": "small"}), "lists are no values to show");
    let step = &row["steps"][0];
    let counts = ["tasks", "running", "done", "failed", "adopted"].map(|key| step[key].as_u64().unwrap());
    assert_eq!((&step["step"], counts), (&json!("start"), [1, 0, 1, 0, 0]));
    assert_eq!((&step["began_at"], &step["ended_at"]), (&row["started_at"], &row["finished_at"]));
    assert_eq!(answer["rows"][2]["status"], "lost");
}

#[test]
fn a_query_narrows_what_is_listed_and_counted() {
    let server = Server::over(fill);
    let found = |query: &str| names(&server.get(&format!("/api/v1/runs?query={}", encoded(query))).ok());
    assert_eq!(found("tag:prod -status:failed"), "Score/2 Train/1");
    assert_eq!(found("flow:T* param.lr<0.05 dur>15m"), "Train/3 Train/2");
    assert_eq!(found("status:lost|running step:train project:fraud"), "Train/4 Score/1");
    assert_eq!(found("tag:\"a b\""), "Train/2");
    assert_eq!(found("SCO started>-25m"), "Score/2");
    let answer = server.get("/api/v1/runs?query=user:ann+status:done&limit=1").ok();
    assert_eq!((&answer["total"], answer.get("next")), (&json!(1), None));
    let facet = |name: &str| answer["facets"][name].clone();
    assert_eq!(
        facet("user"),
        json!([{"name": "ann", "count": 1}, {"name": "bob", "count": 1}]),
        "what there would be"
    );
    assert_eq!(facet("branch"), json!([{"name": "user.ann", "count": 1}]));
    assert_eq!(facet("flow"), json!([{"name": "Train", "count": 1}]));
    assert_eq!(facet("tag"), json!([{"name": "prod", "count": 1}]));
    assert_eq!(facet("status").as_array().unwrap().len(), 4);
    let counted = server.get("/api/v1/runs/facets?query=user:ann+status:done&limit=20").ok();
    assert_eq!((&counted["total"], &counted["facets"]), (&answer["total"], &answer["facets"]));
}

#[test]
fn pages_follow_each_other_in_every_order() {
    let server = Server::over(fill);
    for (sort, expected) in [
        ("started", "Train/1 Train/2 Train/3 Score/1 Score/2 Train/4"),
        ("-finished", "Score/2 Train/3 Train/2 Train/1 Train/4 Score/1"),
        ("duration", "Score/1 Score/2 Train/4 Train/3 Train/2 Train/1"),
        ("flow", "Score/2 Score/1 Train/4 Train/3 Train/2 Train/1"),
        ("-user", "Score/1 Train/3 Train/4 Score/2 Train/2 Train/1"),
        ("status", "Train/4 Train/3 Train/1 Train/2 Score/2 Score/1"),
        ("param.lr", "Train/4 Train/2 Train/3 Train/1 Score/1 Score/2"),
    ] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let answer = server.get(&format!("/api/v1/runs?sort={sort}&limit=2&facets=0{after}")).ok();
            assert!(answer.get("facets").is_none());
            found.push(names(&answer));
            let Some(next) = answer.get("next").and_then(Value::as_str) else { break };
            after = format!("&after={}", encoded(next));
        }
        assert_eq!(found.join(" "), expected, "{sort}");
    }
}

#[test]
fn artifacts_that_runs_ended_with_are_columns_to_sort_and_filter_by() {
    let server = Server::over(fill);
    let found = |rest: &str| server.get(&format!("/api/v1/runs?{rest}")).ok();
    let answer = found(
        "columns=artifact.accuracy,artifact.best,artifact.none,param.lr&limit=2&sort=-artifact.accuracy",
    );
    assert_eq!(names(&answer), "Train/2 Train/3");
    assert_eq!(answer["rows"][0]["artifacts"], json!({"accuracy": 0.99, "best": "tree"}));
    assert_eq!(answer["rows"][0]["parameters"], json!({"lr": 0.01}));
    let next = encoded(answer["next"].as_str().unwrap());
    assert_eq!(
        names(&found(&format!("sort=-artifact.accuracy&after={next}"))),
        "Train/1 Score/2 Train/4 Score/1",
        "those that have not ended have none, and come last"
    );
    let asked = |query: &str| names(&found(&format!("query={}", encoded(query))));
    assert_eq!(asked("artifact.accuracy>0.6 artifact.best:linear"), "Train/1");
    assert_eq!(asked("-artifact.best:*"), "Train/4 Score/1");
    assert_eq!(names(&found("sort=artifact.best")), "Train/1 Score/2 Train/2 Train/3 Train/4 Score/1");
}

#[test]
fn runs_come_in_groups_with_their_newest() {
    let server = Server::over(fill);
    let answer = server.get("/api/v1/runs/groups?by=flow&newest=2").ok();
    assert_eq!((&answer["total"], &answer["total_groups"]), (&json!(6), &json!(2)));
    let train = &answer["groups"][0];
    assert_eq!((&train["name"], &train["count"]), (&json!("Train"), &json!(4)));
    assert_eq!(train["by_status"], json!({"running": 1, "done": 2, "failed": 1, "stopped": 0, "lost": 0}));
    let newest: Vec<&str> =
        train["newest"].as_array().unwrap().iter().map(|dot| dot["run"].as_str().unwrap()).collect();
    assert_eq!(newest, ["4", "3"]);
    let names = |path: &str| {
        let answer = server.get(&format!("/api/v1/runs/groups?{path}")).ok();
        let groups = answer["groups"].as_array().unwrap().clone();
        groups
            .iter()
            .map(|group| format!("{} {}", group["name"].as_str().unwrap(), group["count"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(names("by=user"), ["ann 4", "bob 2"]);
    assert_eq!(names("by=user&limit=1"), ["ann 4"]);
    assert_eq!(names("by=user&after=ann"), ["bob 2"]);
    assert_eq!(names("by=tag&query=flow:Train"), ["prod 2", "a b 1", "test 1"]);
    assert_eq!(names("by=project"), ["fraud 6"]);
    assert_eq!(names("by=branch"), ["user.ann 4", "user.bob 2"]);
    assert_eq!(names("by=status&query=user:ann").len(), 4);
    let days = names("by=day&tz=%2B02:00").into_iter().map(|day| day[11..].parse::<u64>().unwrap());
    assert_eq!(days.sum::<u64>(), 6);
}

#[test]
fn runs_are_dots_in_columns() {
    let server = Server::over(fill);
    let answer = server.get("/api/v1/runs/scatter?query=status:done").ok();
    assert_eq!(
        (&answer["total"], &answer["statuses"], &answer["flows"]),
        (&json!(2), &json!(["done"]), &json!(["Train"]))
    );
    assert_eq!(answer["run"].as_array().unwrap().len(), 2);
    let minutes: Vec<i64> =
        answer["duration"].as_array().unwrap().iter().map(|ms| ms.as_i64().unwrap() / 60_000).collect();
    assert_eq!(minutes, [30, 20]);
    let some = server.get("/api/v1/runs/scatter?limit=3").ok();
    assert_eq!((&some["total"], some["started"].as_array().unwrap().len()), (&json!(6), 3));
}

#[test]
fn a_query_is_completed_from_what_there_is() {
    let server = Server::over(fill);
    let offers = |query: &str| {
        let answer = server.get(&format!("/api/v1/complete?query={}", encoded(query))).ok();
        let offers = answer["offers"].as_array().unwrap().clone();
        offers.iter().map(|offer| offer["insert"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offers("tag:prod us"), ["user:"]);
    assert_eq!(offers("user:"), ["ann", "bob"]);
    assert_eq!(
        offers("-tag:a"),
        ["\"a b\"", "project:fraud", "project_branch:user.ann", "user:ann", "project_branch:user.bob"]
    );
    assert_eq!(offers("status:f"), ["failed"]);
    assert_eq!(offers("param."), ["kind", "lr"]);
    assert_eq!(offers("artifact."), ["accuracy", "best"]);
    assert_eq!(offers("artifact.best:t"), ["tree"]);
    assert_eq!(offers("param.kind:"), ["large", "small"]);
    assert_eq!(offers("step:tr"), ["train"]);
    assert_eq!(offers("project:"), ["fraud"]);
    let answer = server.get("/api/v1/complete?query=flow:Tr+tag:x&cursor=7").ok();
    assert_eq!((&answer["from"], &answer["to"]), (&json!(5), &json!(7)));
    assert_eq!(answer["offers"], json!([{"text": "Train", "insert": "Train", "count": 4}]));
}

#[test]
fn what_makes_no_sense_is_refused_with_a_hint() {
    let server = Server::over(fill);
    for (path, status, hint) in [
        ("runs?query=stauts:done", 400, "did you mean `status`?"),
        ("runs?sort=strated", 400, "did you mean `started`?"),
        ("runs?after=x", 400, ""),
        ("runs?limit=many", 400, ""),
        ("runs?no=such", 400, ""),
        ("runs?tz=Nowhere", 400, ""),
        ("runs/groups?by=colour", 400, ""),
        ("runs/groups", 400, ""),
        ("resolve?path=", 400, ""),
    ] {
        let answer = server.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(answer.json()["hints"].to_string().contains(hint), "{path}: {}", answer.text());
    }
    assert_eq!(server.get("/api/v1/runs?limit=0").ok()["rows"].as_array().unwrap().len(), 1);
    let odd = encoded("\"'; DROP TABLE runs; -- <script>\"");
    assert_eq!(server.get(&format!("/api/v1/runs?query={odd}")).ok()["total"], 0);
}
