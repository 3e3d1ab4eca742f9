"""Objects in S3: the client, what it takes and gives, and its errors."""

from .client import S3 as S3
from .errors import MetaflowS3AccessDenied as MetaflowS3AccessDenied
from .errors import MetaflowS3Exception as MetaflowS3Exception
from .errors import MetaflowS3InsufficientDiskSpace as MetaflowS3InsufficientDiskSpace
from .errors import MetaflowS3InvalidObject as MetaflowS3InvalidObject
from .errors import MetaflowS3InvalidRange as MetaflowS3InvalidRange
from .errors import MetaflowS3NotFound as MetaflowS3NotFound
from .errors import MetaflowS3URLException as MetaflowS3URLException
from .values import RangeInfo as RangeInfo
from .values import S3GetObject as S3GetObject
from .values import S3Object as S3Object
from .values import S3PutObject as S3PutObject
