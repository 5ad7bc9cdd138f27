import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { DeleteObjects } from './content/delete-objects.js';
import { Listings } from './content/listings.js';
import { Locations } from './content/locations.js';
import { ObjectLister } from './content/object-lister.js';
import { ObjectReads } from './content/object-reads.js';
import { ObjectWrites } from './content/object-writes.js';
import { Completion } from './multipart/completion.js';
import { MultipartUploads } from './multipart/multipart-uploads.js';
import { UploadRepository } from './multipart/upload.repository.js';
import { MultipartSweeper } from './multipart/upload-sweeper.js';
import { GatewayHandler } from './server/gateway-handler.js';
import { GatewayServer } from './server/gateway-server.js';
import { Operations } from './server/operations.js';

/** Repositories as buckets of S3, on a port of their own. */
@Module({
  imports: [CatalogModule],
  providers: [
    Locations,
    ObjectReads,
    ObjectLister,
    Listings,
    ObjectWrites,
    DeleteObjects,
    UploadRepository,
    MultipartUploads,
    Completion,
    MultipartSweeper,
    Operations,
    GatewayHandler,
    GatewayServer,
  ],
})
export class GatewayModule {}
