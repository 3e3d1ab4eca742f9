//! The same over a PostgreSQL, which any number of servers may share.

use std::path::Path;

use serde_json::json;
use spinloom_metadata::Location;
use spinloom_settings::MetadataSettings;
use spinloom_testkit::Postgres;

use super::client::Server;

fn server(url: &str) -> Server {
    let place = Location::named(url, Path::new("/nowhere"), &MetadataSettings::default()).unwrap();
    Server::with(|options| options.metadata = place)
}

#[test]
fn two_servers_over_one_database_are_one_service() {
    let url = Postgres::shared().database();
    let (one, other) = (server(&url), server(&url));
    let number = one.run();
    let train = other.task(number, "train");
    one.say(&train, "attempt", "0", 0);
    one.say(&train, "foreach-execution-path", "start:4", 0);
    other.save(&train, 0, &["x", "y"]);
    one.say(&train, "attempt_ok", "True", 0);
    let end = one.task(number, "end");
    other.say(&end, "attempt_ok", "True", 0);
    let said = other.get(&format!("{train}/metadata")).ok();
    let names: Vec<_> = said.as_array().unwrap().iter().map(|datum| datum["field_name"].clone()).collect();
    assert_eq!(names, ["attempt_ok", "foreach-execution-path", "attempt"]);
    let artifacts = one.get(&format!("{train}/artifacts")).ok();
    assert_eq!(artifacts.as_array().unwrap().len(), 2);
    assert_eq!(one.post("/flows/F", &json!({"flow_id": "F"})).status, 409);
    let shown = one.get(&format!("/api/v1/flows/F/runs/{number}")).ok();
    assert_eq!((&shown["state"]["status"], &shown["state"]["tasks"]["done"]), (&json!("done"), &json!(2)));
    let task = other.get(&format!("/api/v1/flows/F/runs/{number}/tasks/1")).ok();
    assert_eq!(task["foreach"][0]["index"], 4);
}
