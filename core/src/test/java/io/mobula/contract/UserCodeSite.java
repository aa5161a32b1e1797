package io.mobula.contract;

import static io.mobula.contract.ContractTest.LONG;

import akka.actor.typed.ActorRef;
import io.mobula.ActorHandle;
import io.mobula.Fn2;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.ResultForm;
import io.mobula.contract.HostileClasses.HostileActor;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Place where Mobula calls user code: what is called, on which thread, and the outcome of each kind
 * of misbehaviour. The page {@code docs/user-code.md} is generated from this.
 */
enum UserCodeSite {
  // ---- functions
  TASK(
      "a task's function",
      CallingThread.SLOT,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(
          at.runtime().task(HostileClasses::work, at.code()).maxRetries(0).remote())),
  FUNCTION_WRITTEN(
      "`writeReplace` of a function that is no lambda",
      CallingThread.CALLER,
      ownCodec(),
      at -> at.get(at.runtime()
          .task(new HostileClasses.HostileFunction(at.code(), false))
          .remote())),
  FUNCTION_READ(
      "`readResolve` of a function that is no lambda",
      CallingThread.SLOT,
      codec(),
      at -> at.get(
          at.runtime().task(new HostileClasses.HostileFunction(at.code(), true)).remote())),

  // ---- stages
  TASK_STAGE(
      "`whenComplete` of a stage that a task returns",
      CallingThread.SLOT,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .task(HostileClasses::doneStage, at.code(), "whenComplete")
          .maxRetries(0)
          .remote())),
  TASK_STAGE_DONE(
      "`isDone` of a future that a task returns",
      CallingThread.SLOT_IF_SENT,
      fails("TaskFailedException"),
      at -> at.get(at.runtime()
          .task(HostileClasses::doneStage, at.code(), "isDone")
          .maxRetries(0)
          .remote())),
  ACTOR_STAGE(
      "`whenComplete` of a stage that an actor's method returns",
      CallingThread.ACTOR,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.hostileActor()
          .call(HostileActor::doneStage, at.code(), "whenComplete")
          .remote())),
  STAGE_CANCELLED(
      "`toCompletableFuture` of a stage whose task is cancelled",
      CallingThread.CALLBACK,
      always("TaskCancelledException"),
      at -> at.cancelStaged(at.runtime()
          .task(HostileClasses::stage, at.code(), "toCompletableFuture")
          .remote())),
  ACTOR_STAGE_CANCELLED(
      "`toCompletableFuture` of a stage whose call is cancelled",
      CallingThread.CALLBACK,
      always("TaskCancelledException"),
      at -> at.cancelStaged(at.hostileActor()
          .call(HostileActor::stage, at.code(), "toCompletableFuture")
          .remote())),
  STAGE_FAILURE(
      "`getMessage` of what a stage has failed with",
      CallingThread.SLOT,
      exception(),
      at -> at.get(at.runtime()
          .task(HostileClasses::failedStage, at.code(), "getMessage")
          .maxRetries(0)
          .remote())),

  // ---- actors
  CONSTRUCTOR(
      "an actor's constructor",
      CallingThread.ACTOR,
      fails("ActorDiedException"),
      at -> at.get(at.runtime()
          .actor(HostileActor::make, at.code())
          .remote()
          .call(HostileActor::one)
          .remote())),
  METHOD(
      "an actor's method",
      CallingThread.ACTOR,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.hostileActor().call(HostileActor::work, at.code()).remote())),
  CONCURRENT_METHOD(
      "a method of an actor with `maxConcurrency` above 1",
      CallingThread.METHODS,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .actor(HostileActor::new)
          .maxConcurrency(2)
          .remote()
          .call(HostileActor::work, at.code())
          .remote())),
  VIRTUAL_METHOD(
      "a method of a virtual actor",
      CallingThread.VIRTUAL,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .actor(HostileActor::new)
          .virtual()
          .remote()
          .call(HostileActor::work, at.code())
          .remote())),

  SAVE(
      "`save` of an actor with a checkpoint for every call",
      CallingThread.ACTOR,
      fails("ActorCheckpointException"),
      at -> at.get(at.hostileCheckpointedActor()
          .call(HostileClasses.HostileCheckpointedActor::note, at.code(), "save")
          .remote())),
  LOAD(
      "`load` of such an actor that is made again",
      CallingThread.ACTOR,
      fails("ActorDiedException").nullIs("its value"),
      SiteCall::madeAgain),

  // ---- exceptions
  GET_MESSAGE(
      "`getMessage` of an exception",
      CallingThread.SLOT,
      exception(),
      at -> at.raised("getMessage")),
  TO_STRING(
      "`toString` of an exception", CallingThread.SLOT, exception(), at -> at.raised("toString")),
  GET_CAUSE(
      "`getCause` of an exception", CallingThread.SLOT, exception(), at -> at.raised("getCause")),
  GET_STACK_TRACE(
      "`getStackTrace` of an exception",
      CallingThread.SLOT,
      exception(),
      at -> at.raised("getStackTrace")),
  ACTOR_EXCEPTION(
      "`getMessage` of an exception of an actor's method",
      CallingThread.ACTOR,
      exception(),
      at -> at.get(
          at.hostileActor().call(HostileActor::raise, at.code(), "getMessage").remote())),
  EXCEPTION_WRITTEN(
      "`writeObject` of an exception",
      CallingThread.SLOT_IF_SENT,
      exception(),
      at -> at.get(at.runtime()
          .task(HostileClasses::raiseWritten, at.code())
          .maxRetries(0)
          .remote())),
  EXCEPTION_READ(
      "`readObject` of an exception",
      CallingThread.READER_IF_SENT,
      always("TaskFailedException"),
      at -> at.get(
          at.runtime().task(HostileClasses::raiseRead, at.code()).maxRetries(0).remote())),

  // ---- arguments and results
  ARGUMENT_WRITTEN(
      "`writeObject` of an argument",
      CallingThread.CALLER,
      ownCodec().nullIs("its value"),
      at -> at.passed(new HostileClasses.WriteHookValue(at.code()))),
  ARGUMENT_WRITES_ITSELF(
      "`writeExternal` of an argument",
      CallingThread.CALLER,
      ownCodec().nullIs("its value"),
      at -> at.passed(new HostileClasses.ExternalizableValue(at.code(), true))),
  ARGUMENT_REPLACED(
      "`writeReplace` of a record",
      CallingThread.CALLER,
      ownCodec(),
      at -> at.passed(HostileClasses.WriteReplaceRecord.of(at.code()))),
  ARGUMENT_READ(
      "`readObject` of an argument",
      CallingThread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(new HostileClasses.ReadHookValue(at.code()))),
  ARGUMENT_READS_ITSELF(
      "`readExternal` of an argument",
      CallingThread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(new HostileClasses.ExternalizableValue(at.code(), false))),
  ARGUMENT_RESOLVED(
      "`readResolve` of an argument",
      CallingThread.SLOT,
      codec(),
      at -> at.passed(new HostileClasses.ReadResolveValue(at.code()))),
  RECORD_READ(
      "the constructor of a record that is an argument",
      CallingThread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(HostileClasses.checked(at.code()))),
  HASH_CODE(
      "`hashCode` of a key inside an argument",
      CallingThread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "hashCode"))),
  EQUALS(
      "`equals` of a key inside an argument",
      CallingThread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "equals"))),
  COMPARE_TO(
      "`compareTo` of a key inside an argument",
      CallingThread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "compareTo"))),
  METHOD_ARGUMENT_READ(
      "`readObject` of an argument of an actor's method",
      CallingThread.ACTOR,
      codec().nullIs("its value"),
      at -> at.get(at.hostileActor()
          .call(
              (HostileActor hostileActor, Object passed) -> hostileActor.one(),
              new HostileClasses.ReadHookValue(at.code()))
          .remote())),
  RESULT_WRITTEN(
      "`writeObject` of a result",
      CallingThread.SLOT,
      codec().nullIs("its value"),
      at -> at.get(
          at.runtime().task(HostileClasses::written, at.code()).maxRetries(0).remote())),
  METHOD_RESULT_WRITTEN(
      "`writeObject` of a result of an actor's method",
      CallingThread.ACTOR,
      codec().nullIs("its value"),
      at -> at.get(at.hostileActor().call(HostileActor::written, at.code()).remote())),
  RESULT_READ(
      "`readObject` of a result",
      CallingThread.READER,
      ownCodec().nullIs("its value"),
      at -> at.get(at.runtime().task(HostileClasses::read, at.code()).remote())),

  // ---- several results
  HAS_NEXT(
      "`hasNext` of the iterator of a streaming task",
      CallingThread.SLOT,
      fails("TaskFailedException").blockedIs("its value"),
      at -> at.last(at.runtime()
          .task(HostileClasses::elements, at.code(), "hasNext")
          .remote(ResultForm.iterator()))),
  NEXT(
      "`next` of the iterator of a streaming task",
      CallingThread.SLOT,
      fails("TaskFailedException").blockedIs("its value").nullIs("its value"),
      at -> at.last(at.runtime()
          .task(HostileClasses::elements, at.code(), "next")
          .remote(ResultForm.iterator()))),
  STREAM_CLOSE(
      "`close` of the stream of a streaming task",
      CallingThread.SLOT,
      fails("TaskFailedException").blockedIs("its value").nullIs("its value"),
      at -> at.last(
          at.runtime().task(HostileClasses::closing, at.code()).remote(ResultForm.stream()))),
  TO_ARRAY(
      "`toArray` of the collection of a task with several results",
      CallingThread.SLOT,
      fails("TaskFailedException"),
      at -> at.firstOf(HostileClasses::bag, "toArray")),
  SIZE(
      "`size` of the collection of a task with several results",
      CallingThread.SLOT,
      fails("TaskFailedException"),
      at -> at.firstOf(HostileClasses::bag, "size")),

  // ---- what is attached
  CALLBACK(
      "what is attached to `toCompletableFuture` of a ref",
      CallingThread.CALLBACK,
      always("ExecutionException").nullIs("its value").blockedIs("its value"),
      at -> at.attached(at.runtime().task(() -> 1).remote())),

  // ---- behaviors of Akka
  BEHAVIOR_FACTORY(
      "a `BehaviorFactory`", CallingThread.FACTORY, spawning(), at -> at.spawned("factory")),
  BEHAVIOR_SETUP(
      "`Behaviors.setup` of a spawned behavior",
      CallingThread.BEHAVIOR,
      always("it stops").nullIs("its value").blockedIs("its value"),
      at -> at.spawned("setup")),
  BEHAVIOR_MESSAGE(
      "a spawned behavior that handles a message",
      CallingThread.BEHAVIOR,
      always("it stops").nullIs("its value").blockedIs("its value"),
      at -> at.spawned("message")),
  BEHAVIOR_STOPS(
      "`PostStop` of a spawned behavior",
      CallingThread.BEHAVIOR,
      always("its value"),
      at -> at.spawned("stop"));

  /** Thread that calls the user code. */
  enum CallingThread {
    SLOT("the task's slot", true),
    SLOT_IF_SENT("the task's slot, where its outcome goes to another process", true),
    ACTOR("the actor's dispatcher", true),
    METHODS("`mobula-actor`", true),
    VIRTUAL("a virtual thread", true),
    CALLER("who submits", false),
    READER("who calls `get`", false),
    READER_IF_SENT("who calls `get`, if the failure is of another process", false),
    CALLBACK("`mobula-callback`", false),
    FACTORY("`mobula-actor`", false),
    BEHAVIOR("the dispatcher of actors", false);

    final String text;
    final boolean cancellable; // by cancelling the ref

    CallingThread(String text, boolean cancellable) {
      this.text = text;
      this.cancellable = cancellable;
    }
  }

  /**
   * Outcome of each kind of misbehaviour, in the words of the page: the simple name of an
   * exception, or {@code its value}.
   */
  record Outcomes(
      List<String> thrown,
      List<String> blocked,
      List<String> recursed,
      List<String> exhausted,
      List<String> gaveNull) {

    Outcomes nullIs(String... outcome) {
      return new Outcomes(thrown, blocked, recursed, exhausted, List.of(outcome));
    }

    Outcomes blockedIs(String... outcome) {
      return new Outcomes(thrown, List.of(outcome), recursed, exhausted, gaveNull);
    }

    Outcomes exhaustedIs(String... outcome) {
      return new Outcomes(thrown, blocked, recursed, List.of(outcome), gaveNull);
    }

    List<String> of(HostileCode.Kind kind) {
      return switch (kind) {
        case THROWS -> thrown;
        case BLOCKS -> blocked;
        case RECURSES -> recursed;
        case EXHAUSTS -> exhausted;
        case GIVES_NULL -> gaveNull;
      };
    }
  }

  /** Outcome of a behavior that stops. */
  private static final String STOPS = "it stops";

  private static Outcomes always(String outcome) {
    var only = List.of(outcome);
    return new Outcomes(only, only, only, only, only);
  }

  private static Outcomes fails(String outcome) {
    return always(outcome).blockedIs("TaskCancelledException");
  }

  private static Outcomes exception() {
    return always("TaskFailedException").blockedIs("TaskCancelledException");
  }

  /** Returns the outcomes of a hook that runs on the thread of the work. */
  private static Outcomes codec() {
    return always("CodecException")
        .blockedIs("TaskCancelledException")
        .exhaustedIs("TaskFailedException");
  }

  /** Returns the outcomes of a hook that runs on the thread of the submitter or reader. */
  private static Outcomes ownCodec() {
    return always("CodecException").blockedIs("its value").exhaustedIs("OutOfMemoryError");
  }

  private static Outcomes spawning() {
    return always("ExecutionException").blockedIs("its value");
  }

  /** Makes Mobula call the user code, and returns or throws the outcome. */
  @FunctionalInterface
  interface SiteInvoker {
    Object run(SiteCall call) throws Throwable;
  }

  /** Outcome of a call that ends as with correct code. */
  static final String VALUE = "its value";

  final String what;
  final CallingThread thread;
  final Outcomes outcomes;
  final SiteInvoker invoker;
  final boolean isOfCluster;

  UserCodeSite(String what, CallingThread thread, Outcomes outcomes, SiteInvoker invoker) {
    this.what = what;
    this.thread = thread;
    this.outcomes = outcomes;
    this.invoker = invoker;
    this.isOfCluster =
        thread == CallingThread.SLOT_IF_SENT || thread == CallingThread.READER_IF_SENT;
  }

  /** One call of the site. */
  static final class SiteCall {
    private final MobulaRuntime runtime;
    private final HostileCode code;
    private final AtomicReference<Runnable> cancel = new AtomicReference<>();

    SiteCall(MobulaRuntime runtime, HostileCode code) {
      this.runtime = runtime;
      this.code = code;
    }

    MobulaRuntime runtime() {
      return runtime;
    }

    HostileCode code() {
      return code;
    }

    /** Cancels the work of the call. */
    void cancel() {
      cancel.get().run();
    }

    Object get(ObjectRef<?> of) {
      cancel.set(of::cancel);
      return of.get(LONG);
    }

    ActorHandle<HostileActor> hostileActor() {
      return runtime.actor(HostileActor::new).maxRestarts(1).remote();
    }

    ActorHandle<HostileClasses.HostileCheckpointedActor> hostileCheckpointedActor() {
      return runtime
          .actor(HostileClasses.HostileCheckpointedActor::new)
          .maxRestarts(1)
          .checkpointEvery(1)
          .remote();
    }

    Object madeAgain() {
      var actor = hostileCheckpointedActor();
      actor
          .call(HostileClasses.HostileCheckpointedActor::note, code, "load")
          .remote()
          .get(LONG);
      var failed = actor.call(HostileClasses.HostileCheckpointedActor::fail).remote();
      var next = actor.call(HostileClasses.HostileCheckpointedActor::one).remote();
      cancel.set(next::cancel);
      try {
        failed.get(LONG);
      } catch (TaskFailedException expected) {
        // intended: the object fails and the actor restarts
      }
      return next.get(LONG);
    }

    Object raised(String method) {
      return get(runtime.task(HostileClasses::raise, code, method).maxRetries(0).remote());
    }

    Object passed(Object argument) {
      return get(runtime.task(HostileClasses::one, argument).maxRetries(0).remote());
    }

    Object cancelStaged(ObjectRef<?> of) throws Exception {
      code.journal().await("staged", 1);
      of.cancel();
      return of.get(LONG);
    }

    Object last(ObjectRefStream<?> stream) {
      cancel.set(stream::close);
      var refs = new ArrayList<ObjectRef<?>>();
      stream.forEach(refs::add);
      refs.forEach(each -> each.get(LONG));
      return refs.size();
    }

    Object firstOf(Fn2<HostileCode, String, Collection<Integer>> of, String method) {
      return get(runtime
          .task(of, code, method)
          .maxRetries(0)
          .remote(ResultForm.many(2))
          .getFirst());
    }

    Object attached(ObjectRef<Integer> of) throws Exception {
      return of.toCompletableFuture().thenApply(code::act).get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** Returns whether the behavior has answered, or has stopped, which returns its resources. */
    Object spawned(String moment) throws Exception {
      var hostile = code;
      ActorRef<String> actor = runtime
          .spawn(
              () -> HostileClasses.behavior(hostile, moment),
              "hostile",
              Resources.none().cpus(1))
          .toCompletableFuture()
          .get(LONG.toSeconds(), TimeUnit.SECONDS);
      actor.tell("answer");
      var total = runtime.totalResources().amount(Resources.CPU);
      PollingAssert.until(
          "it has answered or stopped",
          () -> code.journal().count("answered") > 0
              || runtime.availableResources().amount(Resources.CPU) == total);
      if (code.journal().count("answered") == 0) {
        return STOPS;
      }
      actor.tell("stop");
      return VALUE;
    }
  }
}
