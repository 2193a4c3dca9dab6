"""A proctoring tool for a browser: PyLTI1p3 checks what the service sends. It reads its settings as JSON from the first argument."""
import html
import json
import sys
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pylti1p3.message_launch as message_launch
import requests
from pylti1p3.cookie import CookieService
from pylti1p3.message_validators.abstract import MessageValidatorAbstract
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.request import Request
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfDict

settings = json.loads(sys.argv[1])
platform, client = settings["platform"], settings["client_id"]
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AP = "https://purl.imsglobal.org/spec/lti-ap/claim/"
CONTROL = "https://purl.imsglobal.org/spec/lti-ap/scope/control.all"

tool_config = ToolConfDict({platform: {
    "default": True, "client_id": client, "deployment_ids": ["1"],
    "auth_login_url": platform + "/lti/lti_consumer/v1/launch/",
    "auth_token_url": platform + "/lti/lti_consumer/v1/token/" + settings["uuid"],
    "key_set_url": platform + "/lti/lti_consumer/v1/public_keysets/" + settings["uuid"],
}})
tool_config.set_private_key(platform, settings["private_key"])
session, launches = {}, {}


class ProctoringValidator(MessageValidatorAbstract):
    """PyLTI1p3 has no validator for the messages of proctoring."""

    needed = {
        "LtiStartProctoring": ["session_data", "attempt_number", "start_assessment_url", "acs"],
        "LtiEndAssessment": ["attempt_number"],
    }

    def can_validate(self, body):
        return body.get(LTI + "message_type") in self.needed

    def validate(self, body):
        self.run_common_validators(body)
        missing = [name for name in self.needed[body[LTI + "message_type"]] if not body.get(AP + name)]
        if missing or not body[LTI + "resource_link"]["id"]:
            raise Exception("Missing claims: " + ", ".join(missing))
        return True


own_validators = message_launch.get_validators
message_launch.get_validators = lambda: own_validators() + [ProctoringValidator()]


class ToolRequest(Request):
    session = session

    def __init__(self, parameters):
        self.parameters = parameters

    def is_secure(self):
        return False

    def get_param(self, key):
        return self.parameters.get(key)


class Cookies(CookieService):
    def __init__(self, header):
        self.received, self.sent = SimpleCookie(header), []

    def get_cookie(self, name):
        return self.received[name].value if name in self.received else None

    def set_cookie(self, name, value, exp=3600):
        self.sent.append(f"{name}={value}; Path=/; Max-Age={exp}; HttpOnly; SameSite=Lax")


class Login(OIDCLogin):
    def get_redirect(self, url):
        return url


class Launch(message_launch.MessageLaunch):
    def _get_request_param(self, key):
        return self._request.get_param(key)


def form(action, fields):
    inputs = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in fields.items())
    return f'<form method="post" action="{html.escape(action)}">{inputs}<button>Begin the exam</button></form>'


def start_assessment(body):
    claims = {
        "iss": client, "aud": body["iss"], "iat": int(time.time()), "exp": int(time.time()) + 300, "nonce": "tool",
        LTI + "message_type": "LtiStartAssessment", LTI + "version": "1.3.0", LTI + "deployment_id": "1",
        LTI + "resource_link": body[LTI + "resource_link"], AP + "session_data": body[AP + "session_data"],
        AP + "attempt_number": body[AP + "attempt_number"], AP + "end_assessment_return": True,
    }
    return form(body[AP + "start_assessment_url"], {"JWT": jwt.encode(claims, settings["private_key"], algorithm="RS256")})


def control(action):
    """Sends a control request about the last launch, with a token that PyLTI1p3 gets."""
    body = launches["last"]
    token = ServiceConnector(tool_config.find_registration(platform)).get_access_token([CONTROL])
    request = {
        "user": {"iss": body["iss"], "sub": body["sub"]}, "resource_link": {"id": body[LTI + "resource_link"]["id"]},
        "attempt_number": 1, "action": action, "incident_time": "2031-05-05T12:00:00Z", "incident_severity": 0.9,
        "reason_code": "9", "reason_msg": "The learner closed the tab",
    }
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/vnd.ims.lti-ap.v1.control+json"}
    answer = requests.post(body[AP + "acs"]["assessment_control_url"], data=json.dumps(request), headers=headers, timeout=20)
    return f"{answer.status_code} {answer.text}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.handle_with({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.handle_with({k: v[0] for k, v in parse_qs(text).items()})

    def handle_with(self, parameters):
        request, cookies = ToolRequest(parameters), Cookies(self.headers.get("Cookie", ""))
        parts = (request, tool_config, SessionService(request), cookies)
        path = urlsplit(self.path).path
        if path == "/login":
            self.answer(302, "", cookies, Login(*parts).get_redirect_object(settings["launch_url"]))
        elif path == "/launch":
            try:
                body = Launch(*parts).validate().get_launch_data()
            except Exception as error:
                return self.answer(400, f"<h1>Refused: {html.escape(repr(error))}</h1>", cookies)
            if body[LTI + "message_type"] == "LtiEndAssessment":
                back = html.escape(body[LTI + "launch_presentation"]["return_url"])
                return self.answer(200, f'<h1>Proctoring has ended</h1><a href="{back}">Back</a>', cookies)
            launches["last"] = body
            self.answer(200, "<h1>Show your room</h1>" + start_assessment(body), cookies)
        elif path == "/control":
            self.answer(200, control(parameters["action"]), cookies)

    def answer(self, status, text, cookies, location=None):
        self.send_response(status)
        for cookie in cookies.sent:
            self.send_header("Set-Cookie", cookie)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", settings["port"]), Handler)
print("ready", flush=True)
server.serve_forever()
