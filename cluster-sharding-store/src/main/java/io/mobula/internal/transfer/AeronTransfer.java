package io.mobula.internal.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import io.aeron.logbuffer.FragmentHandler;
import io.mobula.error.StoreException;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.TransferSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Object transfer over Aeron, on one thread beside that of the media driver. If a standby is
 * configured, nodes that Aeron does not reach are reached over Akka. Other threads send commands
 * through a bounded queue; a command that does not fit fails at once.
 */
final class AeronTransfer implements ObjectTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(AeronTransfer.class);
  private static final int MAX_COMMANDS = 8192;
  /**
   * Longest park of the idle driver. The driver polls the network, so this delays the first request
   * after a pause.
   */
  private static final long DRIVER_QUIET = TimeUnit.MILLISECONDS.toNanos(20);
  /**
   * Longest park of the idle transfer thread. The driver wakes this thread, so the value hardly
   * matters.
   */
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long HOUSEKEEPING = TimeUnit.SECONDS.toNanos(1);

  private static final Duration UNREACHABLE = Duration.ofSeconds(10);

  /** Connect timeout when Akka is the standby. */
  private static final Duration UNREACHABLE_BY_AERON = Duration.ofSeconds(3);

  /**
   * Limit of memory faults between two rounds of housekeeping; beyond it Aeron is not used until
   * the next round.
   */
  private static final int MAX_FAULTS = 100;

  /** Command of another thread to the transfer thread. */
  private sealed interface TransferCommand {}

  private record Start(PullOperation pull) implements TransferCommand {}

  private record Lost(String endpoint, String how) implements TransferCommand {}

  /** Frame that was received over Akka. */
  @SuppressWarnings("ArrayRecordComponent") // the record is never compared
  private record ReceivedFrame(byte[] bytes) implements TransferCommand {}

  private final ManyToOneConcurrentArrayQueue<TransferCommand> commands =
      new ManyToOneConcurrentArrayQueue<>(MAX_COMMANDS);
  private final WakeableIdleStrategy driverIdleStrategy =
      new WakeableIdleStrategy(this::isBusy, this::wake, DRIVER_QUIET);
  private final WakeableIdleStrategy idleStrategy =
      new WakeableIdleStrategy(this::isBusy, driverIdleStrategy::wake, QUIET);
  private final AeronDriver driver;
  private final AeronFrameTransport carrier;
  private final @Nullable ActorRef<TransferActor.Command> receiver;
  private final EndpointPair endpoint;
  private final TransferEngine engine;
  private final Thread thread;
  private volatile boolean busy;
  private volatile boolean closed;
  private volatile boolean ended;

  private AeronTransfer(
      TransferSettings settings,
      TransferSettings.AeronTransport where,
      TransferSettings.@Nullable ArteryTransport standby) {
    this.driver = AeronDriver.start(where, driverIdleStrategy);
    try {
      this.carrier = new AeronFrameTransport(
          driver.aeron(),
          driver.listen(where.host(), AeronFrameTransport.STREAM),
          driver.parameters(),
          driver.maxFrame(),
          standby == null ? UNREACHABLE : UNREACHABLE_BY_AERON);
      FrameTransport all = carrier;
      if (standby == null) {
        this.receiver = null;
        this.endpoint = new EndpointPair(carrier.endpoint(), null);
      } else {
        this.receiver = standby
            .spawner()
            .spawn(FrameReceiver.create(this::onAkkaFrame), TransferSettings.ArteryTransport.ACTOR);
        var resolver = ActorRefResolver.get(standby.system());
        this.endpoint =
            new EndpointPair(carrier.endpoint(), resolver.toSerializationFormat(receiver));
        all = new RoutingFrameTransport(carrier, new ArteryFrameTransport(resolver, receiver));
      }
      this.engine = new TransferEngine(all, settings.source(), settings.limits());
    } catch (RuntimeException e) {
      driver.closeAfter(e);
      throw e;
    } catch (Exception | InternalError noFile) { // Aeron throws undeclared IOExceptions
      driver.closeAfter(noFile);
      throw new StoreException(
          "Aeron's files in " + where.directory() + " cannot be used: " + noFile, noFile);
    }
    this.thread = Thread.ofPlatform().daemon().name("mobula-transfer").unstarted(this::run);
  }

  /**
   * Starts a transfer with its threads.
   *
   * @param standby fallback where Aeron fails, or null for none
   * @throws StoreException when Aeron cannot be started
   */
  static AeronTransfer start(
      TransferSettings settings,
      TransferSettings.AeronTransport where,
      TransferSettings.@Nullable ArteryTransport standby) {
    var transfer = new AeronTransfer(settings, where, standby);
    transfer.thread.start();
    return transfer;
  }

  @Override
  public String endpoint() {
    return endpoint.text();
  }

  /** Queues a frame that was received over Akka. Runs on a thread of Akka. */
  private void onAkkaFrame(byte[] frame) {
    submit(new ReceivedFrame(frame));
  }

  @Override
  public PullHandle pull(ObjectPullRequest request) {
    var pull = new PullOperation(request, this::wake);
    submit(new Start(pull));
    return pull;
  }

  @Override
  public void markLost(String endpoint, String how) {
    submit(new Lost(endpoint, how));
  }

  @Override
  public void close() {
    if (receiver != null) {
      receiver.tell(TransferActor.Stop.STOP);
    }
    closed = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(TransferCommand command) {
    if (!commands.offer(command)) {
      refuse(command, MAX_COMMANDS + " commands wait already; try again later");
      return;
    }
    wake();
    if (ended) {
      refuseCommands();
    }
  }

  /**
   * Refuses the queued commands after the end. The transfer thread calls this when it ends, and so
   * does a thread that submits a command after that.
   */
  private synchronized void refuseCommands() {
    commands.drain(command -> refuse(command, "this node has ended its transfers"));
  }

  private static void refuse(TransferCommand command, String why) {
    switch (command) {
      case Start start -> start.pull.fail(why, Map.of());
      case Lost lost -> LOG.debug("Not recorded that {} is lost: {}", lost.endpoint, why);
      case ReceivedFrame receivedFrame ->
        LOG.debug(
            "Dropped a frame of {} bytes, which will be requested again: {}",
            receivedFrame.bytes.length,
            why);
    }
  }

  private void execute(TransferCommand command, long now) {
    switch (command) {
      case Start start -> engine.start(start.pull, now);
      case Lost lost -> engine.lost(lost.endpoint, lost.how, now);
      case ReceivedFrame(var bytes) ->
        engine.onFrame(new UnsafeBuffer(bytes), 0, bytes.length, now);
    }
  }

  private boolean isBusy() {
    return busy;
  }

  private void wake() {
    idleStrategy.wake();
  }

  private void run() {
    try (driver) {
      loop();
      engine.close("this node ends its transfers");
    } catch (Throwable e) {
      HeapExhaustion.exitIfExhausted(e);
      LOG.error("Transfers have ended", e);
      engine.fail(e);
    } finally {
      ended = true;
      refuseCommands();
    }
  }

  private void loop() {
    FragmentHandler handler = (buffer, offset, length, header) ->
        engine.onFrame(buffer, offset, length, System.nanoTime());
    var invoker = driver.aeron().conductorAgentInvoker();
    long tidied = System.nanoTime();
    int faults = 0;
    while (!closed) {
      long now = System.nanoTime();
      int work = 0;
      try {
        work += commands.drain(command -> execute(command, now));
        if (faults < MAX_FAULTS) {
          work += invoker.invoke();
          work += carrier.poll(handler);
        }
        work += engine.work(now);
      } catch (InternalError fault) {
        onFault(fault, faults++);
      }
      if (now - tidied > HOUSEKEEPING) { // in any case, whatever has failed in this round
        tidied = now;
        faults = 0;
        try {
          carrier.closeUnused(now);
        } catch (InternalError fault) {
          onFault(fault, faults++);
        }
      }
      busy = engine.isBusy();
      idleStrategy.idle(work);
    }
  }

  /**
   * Handles a memory fault: a page of Aeron's files could not be accessed because their file system
   * is full. All connections are opened again, because a node that waits for the old ones would
   * wait as long as this node lives.
   */
  private void onFault(InternalError fault, int before) {
    if (before == 0) {
      LOG.warn("A transfer met a memory fault; its file system may be full", fault);
    }
    carrier.disconnectAll();
  }
}
