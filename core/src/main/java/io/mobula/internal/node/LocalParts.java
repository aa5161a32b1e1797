package io.mobula.internal.node;

import akka.actor.typed.ActorSystem;
import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.BufferType;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.group.PlacementGroupService;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.TensorMemory;
import io.mobula.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a node that its engines and its cluster services are built on.
 *
 * @param runtime the runtime that tasks and actors see; not used before the node is made
 * @param memory the shared memory of the store
 * @param job the job of work that no task or actor begins
 * @param devices the monitor of accelerators; null where no driver can report their health
 */
record LocalParts(
    MobulaRuntime runtime,
    ActorSystem<?> system,
    NodeSettings settings,
    SharedStore memory,
    NodeSpawner spawner,
    Membership membership,
    NodeTimer timer,
    NodeThreads threads,
    Codec codec,
    ObjectStore objects,
    CallBinder binder,
    LedgerClient ledger,
    @Nullable DeviceHealthMonitor devices,
    NodeJob job,
    PlacementGroupService groups) {

  /**
   * Creates the parts, and starts the ledger and the monitor of accelerators.
   *
   * @param cluster whether there may be other nodes
   */
  static LocalParts start(
      NodeAssembly.NodeInputs inputs, NodeSpawner spawner, Membership membership, boolean cluster) {
    var settings = inputs.settings();
    var node = inputs.id();
    var timer = new NodeTimer(inputs.system().executionContext());
    var threads = NodeThreads.create(settings, timer);
    var codec = Codec.create(codecOptions(settings.codec()));
    var objects =
        new ObjectStore(node, codec, inputs.memory(), settings.limits(), threads.callbacks());
    var ledger = LedgerClient.start(settings.total(), settings.gpus().shares(), spawner);
    var job = new NodeJob(node, settings);
    return new LocalParts(
        inputs.owner().runtime(),
        inputs.system(),
        settings,
        inputs.memory(),
        spawner,
        membership,
        timer,
        threads,
        codec,
        objects,
        new CallBinder(objects, codec, settings.limits().inlineLimit()),
        ledger,
        settings.gpus().watch(ledger::probed),
        job,
        new PlacementGroupService(new PlacementGroupService.Dependencies(
            inputs.system(),
            inputs.owner().runtime(),
            membership,
            cluster,
            ledger,
            objects,
            job::current)));
  }

  private static CodecOptions codecOptions(NodeSettings.CodecBounds bounds) {
    var options = CodecOptions.defaults()
        .withExternalTypes(ObjectRef.class, ActorHandle.class)
        .withBufferTypes(new BufferType<>(
            Tensor.class, TensorMemory::peek, TensorHeader::of, TensorHeader::rebuild))
        .withMaxDepth(bounds.maxDepth());
    return bounds.allowedClasses().isEmpty()
        ? options
        : options.withAllowedClasses(AllowedClasses.of(bounds.allowedClasses()));
  }
}
