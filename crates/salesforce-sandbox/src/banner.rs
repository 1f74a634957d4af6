//! What a person reads when the sandbox starts.

use crate::service::Service;

/// The banner's text, without a final newline.
pub(crate) fn text(base_url: &str, service: &Service) -> String {
    let credentials = service.credentials();
    let (client, secret) = (&credentials.client_id, &credentials.client_secret);
    let (user, password) = (&credentials.username, &credentials.password);
    let version = crate::rest::NEWEST_VERSION;
    let notes: String = service.notes().iter().map(|note| format!("{note}\n")).collect();
    format!(
        "Salesforce sandbox: a local stand-in for development, demos and tests.\n\
         It is not Salesforce and protects nothing: never put real customers' data into it.\n\
         {notes}\
         \n\
         \x20 address    {base_url}\n\
         \x20 REST       {base_url}/services/data/v{version}\n\
         \x20 client     {client}\n\
         \x20 secret     {secret}\n\
         \x20 user       {user}\n\
         \x20 password   {password}\n\
         \x20 refresh    {refresh}\n\
         \n\
         A token:\n\
         \x20 curl {base_url}/services/oauth2/token -d grant_type=password \\\n\
         \x20   -d client_id={client} -d client_secret={secret} \\\n\
         \x20   -d username={user} -d password={password}",
        refresh = credentials.refresh_token,
    )
}
