//! Amazon S3, and what speaks like it.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use spinloom_diagnostics::{Error, Result, codes};

use super::{client, is_http, made, no_retries, profile};
use crate::transport::Connector;
use crate::{Location, Options};

/// Amazon's variables that the builder is not to see: ours decide, or they are for other programs.
const NOT_HANDED_ON: [&str; 4] =
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ALLOW_HTTP", "AWS_CONDITIONAL_PUT"];

pub(super) fn open(at: &Location, options: &Options) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = AmazonS3Builder::new();
    for (name, value) in options.aws.iter().filter(|(name, _)| !NOT_HANDED_ON.contains(name)) {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    let profile = profile::find(options)?;
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| options.aws.get(name));
    if let Some(region) = region.or(profile.region.as_deref()) {
        builder = builder.with_region(region);
    }
    if let Some(keys) = profile.keys {
        builder = builder.with_access_key_id(keys.id).with_secret_access_key(keys.secret);
        if let Some(token) = keys.token {
            builder = builder.with_token(token);
        }
    }
    let endpoint = options.s3_endpoint.as_deref().or(profile.endpoint.as_deref());
    if let Some(endpoint) = endpoint {
        builder =
            builder.with_endpoint(endpoint.trim_end_matches('/')).with_virtual_hosted_style_request(false);
    } else {
        // Names with dots do not fit Amazon's certificates.
        builder = builder.with_virtual_hosted_style_request(!at.bucket().contains('.'));
    }
    builder = encrypted(builder, options.s3_encryption.as_deref())?;
    let http = is_http(endpoint);
    let store = builder
        .with_bucket_name(at.bucket())
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        // TLS guards what is on its way; without it, the signature does.
        .with_unsigned_payload(!http)
        .with_retry(no_retries())
        .with_client_options(client(options, http)?)
        .with_http_connector(Connector::new(options))
        .build();
    made(at, store)
}

fn encrypted(builder: AmazonS3Builder, how: Option<&str>) -> Result<AmazonS3Builder> {
    let Some(how) = how else { return Ok(builder) };
    let known = match how {
        "AES256" => "AES256",
        "aws:kms" => "aws:kms",
        "aws:kms:dsse" => "aws:kms:dsse",
        _ => {
            return Err(Error::new(codes::BAD_SETTING, format!("`{how}` is not a way in which S3 encrypts"))
                .hint("use `AES256` or `aws:kms`"));
        }
    };
    // The key's own type cannot be named.
    Ok(match "aws_server_side_encryption".parse::<AmazonS3ConfigKey>() {
        Ok(key) => builder.with_config(key, known),
        Err(_) => builder,
    })
}
