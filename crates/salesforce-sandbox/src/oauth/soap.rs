//! SOAP `login()`, which clients use that have a user's name and password but no client's key.

use super::OAuth;
use crate::http::{Request, Response};

const XML: &str = "text/xml;charset=UTF-8";
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

pub(super) fn answer(oauth: &OAuth<'_>, request: &Request, version: &str) -> Response {
    if request.method != "POST" {
        return fault("METHOD_NOT_ALLOWED", "login() is called by POST");
    }
    let body = String::from_utf8_lossy(&request.body);
    let (Some(username), Some(password)) = (element(&body, "username"), element(&body, "password"))
    else {
        return fault("UNKNOWN_OPERATION", "the sandbox knows login() only");
    };
    let Ok(user) = oauth.sign_in(&username, &password) else {
        let message = "Invalid username, password, security token; or user locked out.";
        return fault("INVALID_LOGIN", message);
    };
    let (token, session) =
        oauth.with_sessions(|sessions| sessions.open(&user.id, &user.username, false));
    let organization = oauth.organization_id;
    let server = format!(
        "{}/services/Soap/u/{version}/{}",
        request.base_url,
        organization.get(..15).unwrap_or(organization)
    );
    let seconds = session.expires.as_second() - session.issued.as_second();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
         xmlns=\"urn:partner.soap.sforce.com\"><soapenv:Body><loginResponse><result>\
         <metadataServerUrl>{server}</metadataServerUrl><passwordExpired>false</passwordExpired>\
         <sandbox>true</sandbox><serverUrl>{server}</serverUrl><sessionId>{token}</sessionId>\
         <userId>{id}</userId><userInfo><organizationId>{organization}</organizationId>\
         <sessionSecondsValid>{seconds}</sessionSecondsValid><userEmail>{email}</userEmail>\
         <userFullName>{name}</userFullName><userId>{id}</userId><userName>{username}</userName>\
         </userInfo></result></loginResponse></soapenv:Body></soapenv:Envelope>",
        id = user.id,
        email = escape(user.email.as_deref().unwrap_or_default()),
        name = escape(&user.name),
        username = escape(&user.username),
    );
    Response::text(200, XML, text)
}

fn fault(code: &str, message: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
         xmlns:sf=\"urn:fault.partner.soap.sforce.com\"><soapenv:Body><soapenv:Fault>\
         <faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>\
         <sf:LoginFault><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}\
         </sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault></soapenv:Body>\
         </soapenv:Envelope>"
    );
    Response::text(500, XML, text)
}

/// The text of the first element of this name, whatever its prefix.
fn element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start + 1..];
        let end = tag.find('>')?;
        let full = tag[..end].split_whitespace().next().unwrap_or_default();
        let after = &tag[end + 1..];
        if full.rsplit(':').next() == Some(name) && !full.starts_with('/') {
            return Some(unescape(&after[..after.find('<')?]));
        }
        rest = after;
    }
    None
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_whatever_their_prefix() {
        let xml = "<a><n1:username x='1'>a@b</n1:username><password>p&amp;&lt;</password></a>";
        assert_eq!(element(xml, "username").as_deref(), Some("a@b"));
        assert_eq!(element(xml, "password").as_deref(), Some("p&<"));
        for odd in ["", "<", "<username", "<username>", "<é>", "</username>x<"] {
            assert_eq!(element(odd, "username"), None, "{odd}");
        }
    }
}
