//! `business-hours` (Business Hours): takes a way by the time of day.
//!
//! Ports: `workingHours`, `holidays`, `override`, `default` (closed), `error`. Overrides come
//! before holidays, holidays before working hours. Outputs `WorkingHoursShift_Name`,
//! `Holidays_Name`, `Overrides_Name`, `Status`.

use trunkline_model::tenant::business_hours::Opening;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::{Activity, Descriptor, Need, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "business-hours",
    title: "Business Hours",
    summary: "Takes a way by opening hours and holidays.",
    ports: &["workingHours", "holidays", "override", "default", "error"],
    outputs: &[
        "WorkingHoursShift_Name",
        "Holidays_Name",
        "Overrides_Name",
        "Status",
        "FailureCode",
        "FailureDescription",
    ],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct BusinessHours {
    /// `businessHoursId`
    id: String,
    /// `businessHoursId:name`
    name: Option<String>,
    /// `businessHoursVariable`, when `businessHoursRadioGroup` says so.
    variable: Option<Templated>,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let has_variable = properties.text("businessHoursVariable").is_some();
    let radio = properties.text("businessHoursRadioGroup");
    let is_variable = has_variable && radio.is_none_or(|it| it.starts_with("variable"));
    Box::new(BusinessHours {
        id: properties.text("businessHoursId").unwrap_or_default().to_owned(),
        name: properties.name_beside("businessHoursId").map(str::to_owned),
        variable: is_variable.then(|| properties.template("businessHoursVariable")),
    })
}

impl Activity for BusinessHours {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.look(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        self.variable.iter().collect()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        if self.variable.is_some() || self.id.is_empty() {
            return Vec::new();
        }
        vec![Need::BusinessHours { id: &self.id, name: self.name.as_deref() }]
    }
}

impl BusinessHours {
    fn look(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let wanted = match &self.variable {
            Some(variable) => cx.text(variable)?.trim().to_owned(),
            None => self.id.clone(),
        };
        let tenant = cx.tenant();
        let by_name = || self.name.as_deref().and_then(|name| tenant.business_hours(name));
        let Some(hours) = tenant.business_hours(&wanted).or_else(by_name) else {
            let text = format!(
                "the tenant has no business hours {wanted:?}; add them under `business_hours:` in \
                 tenant.yaml"
            );
            return Err(Failure::new(FailureCode::HoursUnknown, text));
        };
        let schedule = hours.name.clone();
        let (port, output, name) = match hours.at(cx.now_ms(), cx.time_zone()) {
            Opening::Override(name) => ("override", Some("Overrides_Name"), name.to_owned()),
            Opening::Holiday(name) => ("holidays", Some("Holidays_Name"), name.to_owned()),
            Opening::WorkingHours(name) => {
                ("workingHours", Some("WorkingHoursShift_Name"), name.to_owned())
            }
            Opening::Default => ("default", None, String::new()),
        };
        cx.show_in("schedule", |_| schedule.into());
        if let Some(output) = output {
            cx.set_output(output, name);
        }
        cx.set_output("Status", port.to_owned());
        Ok(Step::exit(port))
    }
}
