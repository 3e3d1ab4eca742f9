//! `s3s-fs`, but for two things: to read a range it does not read the whole file first, and a folder is no object.

use std::collections::HashMap;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytes::Bytes;
use s3s::dto::*;
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;

/// Which version of which file: its path, its inode, when it was written, its length.
type Version = (PathBuf, u64, i64, u64);

/// Files as objects.
pub(crate) struct Files {
    root: PathBuf,
    files: FileSystem,
    heads: Mutex<HashMap<Version, HeadObjectOutput>>,
}

impl Files {
    pub(crate) fn new(root: &Path) -> Self {
        let files = FileSystem::new(root).expect("a folder for the buckets");
        Self { root: root.to_owned(), files, heads: Mutex::default() }
    }

    fn version(&self, bucket: &str, key: &str) -> S3Result<Version> {
        let path = self.root.join(bucket).join(key);
        match path.metadata() {
            Ok(meta) if meta.is_file() => {
                Ok((path, meta.ino(), meta.mtime_nsec() + meta.mtime() * 1_000_000_000, meta.len()))
            }
            _ if !self.root.join(bucket).is_dir() => Err(s3_error!(NoSuchBucket)),
            _ => Err(s3_error!(NoSuchKey)),
        }
    }

    /// What is known of an object. To find its ETag takes reading it, so that is remembered.
    async fn head(
        &self,
        version: &Version,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<HeadObjectOutput> {
        if let Some(head) = self.heads.lock().unwrap().get(version) {
            return Ok(head.clone());
        }
        let head = self.files.head_object(request).await?.output;
        self.heads.lock().unwrap().insert(version.clone(), head.clone());
        Ok(head)
    }
}

#[async_trait::async_trait]
impl S3 for Files {
    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let version = self.version(&request.input.bucket, &request.input.key)?;
        self.head(&version, request).await.map(S3Response::new)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let version = self.version(&request.input.bucket, &request.input.key)?;
        let Some(range) = request.input.range else { return self.files.get_object(request).await };
        let range = range.check(version.3)?;
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let head = request.map_input(|_| HeadObjectInput { bucket, key, ..HeadObjectInput::default() });
        let head = self.head(&version, head).await?;
        let len = range.end - range.start;
        let path = version.0.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; len as usize];
            std::fs::File::open(path)?.read_exact_at(&mut bytes, range.start).map(|()| Bytes::from(bytes))
        });
        let bytes = read.await.unwrap().map_err(|_| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(GetObjectOutput {
            body: Some(StreamingBlob::from(Body::from(bytes))),
            content_length: Some(len as i64),
            content_range: Some(format!("bytes {}-{}/{}", range.start, range.end - 1, version.3)),
            content_type: head.content_type,
            e_tag: head.e_tag,
            last_modified: head.last_modified,
            metadata: head.metadata,
            ..GetObjectOutput::default()
        }))
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        self.files.create_bucket(request).await
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        self.files.copy_object(request).await
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.files.delete_bucket(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.files.delete_object(request).await
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        self.files.delete_objects(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.files.get_bucket_location(request).await
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.files.head_bucket(request).await
    }

    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        self.files.list_buckets(request).await
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        self.files.list_objects(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.files.list_objects_v2(request).await
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.files.put_object(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.files.create_multipart_upload(request).await
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        self.files.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        self.files.upload_part_copy(request).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.files.list_parts(request).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        self.files.complete_multipart_upload(request).await
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.files.abort_multipart_upload(request).await
    }
}
