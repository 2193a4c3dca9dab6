./manage.py lms manage_user {{ EXAMS_SERVICE_USERNAME }} {{ EXAMS_SERVICE_USERNAME }}@{{ LMS_HOST }} --staff --unusable-password
# The sender of the roster gets tokens of staff with this client (token_type=jwt, asymmetric_jwt=true).
./manage.py lms create_dot_application --grant-type client-credentials --client-id {{ EXAMS_OAUTH2_KEY }} \
  --client-secret {{ EXAMS_OAUTH2_SECRET }} --scopes user_id,email,profile --update exams {{ EXAMS_SERVICE_USERNAME }}
# Studio publishes the exams of all courses to the service, unless an operator has chosen otherwise.
(./manage.py lms waffle_flag --list | grep course_apps.exams_ida) || ./manage.py lms waffle_flag --create --everyone course_apps.exams_ida
# Studio's tokens name their user without the id, so the service must have seen this user once.
dockerize -wait tcp://exams:3000 -timeout 600s
./manage.py lms shell -c '
import requests
from django.contrib.auth import get_user_model
from django.test.utils import override_settings
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
user = get_user_model().objects.get(username="{{ EXAMS_SERVICE_USERNAME }}")
with override_settings(JWT_AUTH_FORCE_CREATE_ASYMMETRIC=True):
    token = create_jwt_for_user(user, scopes=["user_id", "email", "profile"])
requests.get("http://exams:3000/api/exams/v1/me/attempts", headers={"Authorization": "JWT " + token}).raise_for_status()
'
