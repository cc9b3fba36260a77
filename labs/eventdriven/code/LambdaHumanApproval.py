"""Asks a human whether an order may be made.

Step Functions calls this function and then waits, until somebody returns the task token. The event:
  {"taskToken": "AQC8AAAA…", "input": {"detail": {"orderId": 17, "customer": "Ana", "items": […]}, …}}

"input" is the event as EventBridge delivered it. Staff finds the token in this function's log, or in the input of
the waiting step in Step Functions, and passes it on to LambdaApprovalHandler.
"""

import json


def lambda_handler(event, context):
    # A KeyError here means that the state machine does not pass this on: look at its Payload.
    task_token = event["taskToken"]
    order = event["input"]["detail"]

    print(f"Task token: {task_token}")
    print(f"Order {order['orderId']} of {order['customer']} waits for approval")
    print("To approve it, invoke LambdaApprovalHandler with this event:")
    print(
        json.dumps(
            {
                "taskToken": task_token,
                "approved": True,
                "customer": order["customer"],
                "orderId": order["orderId"],
            }
        )
    )

    # Nobody reads this answer: the token decides how the order goes on.
    return {"status": "waiting", "orderId": order["orderId"]}
