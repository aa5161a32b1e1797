package io.mobula.internal.store;

import io.mobula.error.ActorCheckpointException;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import io.mobula.error.ClusterException;
import io.mobula.error.CodecException;
import io.mobula.error.DeadlockException;
import io.mobula.error.ForeignRefException;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.NoRuntimeException;
import io.mobula.error.NodeLostException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.ProcessException;
import io.mobula.error.RefClosedException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.SettingsException;
import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.error.TooFewCopiesException;
import io.mobula.error.TransferFailedException;
import io.mobula.error.UnschedulableException;
import io.mobula.error.WaitInterruptedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies of Mobula's own exceptions, made without calling any method of a user's class. */
final class ExceptionCopy {
  private ExceptionCopy() {}

  /** Copies the exception with the stack of this call, and with that cause if its class has one. */
  static MobulaException of(MobulaException original, @Nullable Throwable cause) {
    var text = Objects.requireNonNullElse(original.getMessage(), "");
    return switch (original) {
      case TaskFailedException _ -> new TaskFailedException(text, cause);
      case TaskCancelledException _ -> new TaskCancelledException(text, cause);
      case TaskTimeoutException _ -> new TaskTimeoutException(text);
      case GetTimeoutException _ -> new GetTimeoutException(text);
      case WaitInterruptedException _ -> new WaitInterruptedException(text);
      case UnschedulableException _ -> new UnschedulableException(text);
      case SubmissionRejectedException _ -> new SubmissionRejectedException(text);
      case StoreFullException _ -> new StoreFullException(text);
      case StoreException _ -> new StoreException(text, cause);
      case TooFewCopiesException _ -> new TooFewCopiesException(text);
      case TransferFailedException transfer ->
        new TransferFailedException(text, transfer.reasons());
      case ObjectLostException _ -> new ObjectLostException(text, cause);
      case RefClosedException _ -> new RefClosedException(text);
      case ForeignRefException _ -> new ForeignRefException(text);
      case CodecException _ -> new CodecException(text, cause);
      case ActorDiedException _ -> new ActorDiedException(text, cause);
      case ActorNameException _ -> new ActorNameException(text);
      case ActorCheckpointException _ -> new ActorCheckpointException(text, cause);
      case PendingCallsExceededException _ -> new PendingCallsExceededException(text);
      case DeadlockException _ -> new DeadlockException(text);
      case NodeLostException _ -> new NodeLostException(text, cause);
      case PlacementGroupException group ->
        new PlacementGroupException(group.reason(), text, cause);
      case NoRuntimeException _ -> new NoRuntimeException(text);
      case RuntimeClosedException _ -> new RuntimeClosedException(text);
      case InvalidRequestException _ -> new InvalidRequestException(text);
      case SettingsException _ -> new SettingsException(text, cause);
      case ClusterException cluster -> new ClusterException(cluster.reason(), text, cause);
      case ProcessException _ -> new ProcessException(text, cause);
    };
  }
}
