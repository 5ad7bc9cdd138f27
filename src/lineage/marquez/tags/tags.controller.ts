import { Get, Query } from '@nestjs/common';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { SLICE } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { NameService } from '../names/name.service.js';
import { type TagShape, tagShape } from './tag-shape.js';

/** Marquez's `GET /tags`: classifications of what the caller may see. */
@MarquezController('api/v1/tags')
export class MarquezTagsController {
  constructor(private readonly names: NameService) {}

  @Get()
  async list(@Caller() caller: Principal, @Query() query: unknown): Promise<{ tags: TagShape[] }> {
    return { tags: (await this.names.tags(caller, validate(SLICE, query))).map(tagShape) };
  }
}
