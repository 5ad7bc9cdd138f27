import { Module } from '@nestjs/common';
import { LineageModule } from '../../lineage/index.js';
import { SourcePrincipal } from '../emission/source-principal.js';
import { KubernetesSource } from './kubernetes-source.js';
import { ObjectRepository } from './object.repository.js';
import { Teller } from './telling/teller.js';

/** Workloads of a Kubernetes cluster, where KUBERNETES_SOURCE is set. */
@Module({
  imports: [LineageModule],
  providers: [KubernetesSource, ObjectRepository, Teller, SourcePrincipal],
})
export class KubernetesModule {}
