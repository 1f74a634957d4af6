//! Business Hours.

use serde_json::{Value, json};

use crate::builder::Builder;
use crate::driver::{Driver, Setup};

fn at(instant: &str, properties: Value) -> Driver {
    let tenant = r#"{"time_zone": "Asia/Tokyo", "business_hours": [
        {"id": "h1", "name": "Support", "time_zone": "America/New_York",
         "working_hours": [{"name": "Day", "days": ["mon", "tue"], "from": "09:00", "to": "17:00"}],
         "holidays": [{"name": "New Year", "from": "2026-01-06"}],
         "overrides": [{"name": "Drill", "from": "2026-01-06", "start": "10:00", "end": "11:00"}]},
        {"id": "h2", "name": "Tokyo",
         "working_hours": [{"name": "Asa", "days": ["tue"], "from": "00:00", "to": "06:00"}]}]}"#;
    let flow = Builder::flow("f").var("which", "STRING", "Tokyo").act(
        "Hours",
        "business-hours",
        properties,
    );
    let ports = ["workingHours", "holidays", "override", "default", "error"];
    let links: Vec<_> = ports.iter().map(|port| format!("Hours {port} E")).collect();
    let flow = flow.end("E").row("Start Hours").links(&links.join(";"));
    let mut setup = Setup::with(tenant);
    setup.now_ms = instant.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    setup.start(&flow)
}

#[test]
fn the_first_match_of_override_holiday_and_shift_is_the_way() {
    let cases = [
        ("2026-01-05T14:00:00Z", "workingHours", "WorkingHoursShift_Name", r#""Day""#),
        ("2026-01-05T13:59:00Z", "default", "WorkingHoursShift_Name", "null"),
        ("2026-01-06T14:00:00Z", "holidays", "Holidays_Name", r#""New Year""#),
        ("2026-01-06T15:30:00Z", "override", "Overrides_Name", r#""Drill""#),
    ];
    for (instant, port, output, value) in cases {
        let driver = at(instant, json!({ "businessHoursId": "h1" }));
        assert_eq!(driver.path(), format!("Start.out Hours.{port} E"), "{instant}");
        assert_eq!(driver.out("Hours", output), value);
        assert_eq!(driver.out("Hours", "Status"), format!("{port:?}"));
    }
}

#[test]
fn a_schedule_is_found_by_id_name_or_variable_in_the_tenants_zone() {
    let cases = [
        json!({ "businessHoursId": "h2", "businessHoursRadioGroup": "staticBusinessHours" }),
        json!({ "businessHoursId": "lost", "businessHoursId:name": "Tokyo" }),
        json!({ "businessHoursRadioGroup": "variableBusinessHours",
            "businessHoursVariable": "{{ which }}" }),
    ];
    for properties in cases {
        // Monday evening in London is Tuesday morning in Tokyo.
        let driver = at("2026-01-05T20:00:00Z", properties);
        assert_eq!(driver.out("Hours", "WorkingHoursShift_Name"), r#""Asa""#);
    }
}

#[test]
fn an_unknown_schedule_is_an_error() {
    for properties in [json!({ "businessHoursId": "lost" }), json!({})] {
        let driver = at("2026-01-05T15:00:00Z", properties);
        assert_eq!(driver.path(), "Start.out Hours!TL-HOURS-UNKNOWN.error E");
    }
}
