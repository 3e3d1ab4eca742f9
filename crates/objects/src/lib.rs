//! Object stores: local folders, S3, GCS, Azure.
use object_store as _;
