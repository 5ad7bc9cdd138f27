import { Get, Param, Query } from '@nestjs/common';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { NAME, SLICE } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { NameService } from './name.service.js';
import { type NamespaceShape, namespaceShape, type SourceShape, sourceShape } from './namespace-shape.js';

/** Marquez's `NamespaceResource` and `SourceResource`. */
@MarquezController()
export class MarquezNamesController {
  constructor(private readonly names: NameService) {}

  @Get('namespaces')
  async namespaces(
    @Caller() caller: Principal,
    @Query() query: unknown,
  ): Promise<{ namespaces: NamespaceShape[] }> {
    const rows = await this.names.namespaces(caller, validate(SLICE, query));
    return { namespaces: rows.map(namespaceShape) };
  }

  @Get('namespaces/:namespace')
  async namespace(@Caller() caller: Principal, @Param('namespace') name: string): Promise<NamespaceShape> {
    return namespaceShape(await this.names.namespace(caller, validate(NAME, name, 'namespace')));
  }

  @Get('sources')
  async sources(@Caller() caller: Principal, @Query() query: unknown): Promise<{ sources: SourceShape[] }> {
    const rows = await this.names.namespaces(caller, validate(SLICE, query), 'data');
    return { sources: rows.map(sourceShape) };
  }

  @Get('sources/:source')
  async source(@Caller() caller: Principal, @Param('source') name: string): Promise<SourceShape> {
    return sourceShape(await this.names.namespace(caller, validate(NAME, name, 'source'), 'data'));
  }
}
